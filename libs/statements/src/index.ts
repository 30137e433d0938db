export { StatementWriter } from './statement-writer.js';
export { STATEMENT_FORMATS, writeStatement, type StatementFormat } from './write-statement.js';
