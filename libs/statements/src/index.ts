export { StatementWriter } from './statement-writer.js';
export { STATEMENT_FORMATS, statementFileName, writeStatement, type StatementFormat } from './write-statement.js';
