import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** Code that runs against a database with values from outside. Migrations take none. */
const FOLDERS = ['apps', 'libs'];

const SQL =
  /\b(SELECT|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|TRUNCATE|COPY\s+\S+\s+(FROM|TO)|(CREATE|ALTER|DROP)\s+(TABLE|VIEW|SCHEMA|ROLE|DATABASE|INDEX)|GRANT|REVOKE|LISTEN|NOTIFY|SET\s+(LOCAL|SESSION)|ORDER\s+BY)\b|\bWHERE\s+\S+\s*(=|IN\b|IS\b)/;

/** Insertions that are as they must be, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  "libs/database/src/migrate.ts: names.join(', ')": 'names of the views of migrations/sql/views.sql',
  'libs/database/src/migrate.ts: encoding': 'advice to read, which nothing runs',
  'libs/database/src/sync-runs.ts: set': 'one of two constants of this file',
  'libs/database/src/session-settings.ts: setting': 'constants of this file, and a time-out, which is a number',
  'libs/database/src/queries/allocation.ts: columns': 'made of constants of this file',
  'libs/database/src/queries/allocation.ts: dimensions': 'made of constants of this file',
  'libs/database/src/queries/allocation.ts: keys': 'made of constants of this file',
  'libs/database/src/queries/allocation.ts: isUnallocated': 'one of two constants of this file',
  'libs/database/src/queries/allocation.ts: withUsage(form, step)': 'made of constants of this file',
  "libs/database/src/queries/allocation.ts: daysApart('reporting.usage_days')": 'a view, by its name',
  "libs/database/src/queries/borne-costs.ts: daysApart('reporting.daily_total_costs')": 'a view, by its name',
  'libs/database/src/queries/statement.ts: stored': 'a view, by its name, in both calls',
  'libs/database/src/forget-user.ts: table': 'one of the constants of this file',
  'libs/database/src/forget-user.ts: escaped': 'one of two constants of this file',
  'libs/database/src/month-rollups.ts: table': 'one of two constants of this file',
  'libs/database/src/queries/response-shape.ts: element': 'constants, of this file or of the statement',
  "libs/database/src/queries/response-shape.ts: quotedCell('content')": 'made of constants of this file',
  'apps/doctor/src/checks/database.ts: role': 'advice to read, which nothing runs',
  "apps/doctor/src/checks/database.ts: readableTables.join(', ')": 'advice to read, which nothing runs',
};

describe('SQL', () => {
  it('is made of constants: whatever comes from outside is bound to a parameter', () => {
    const files = FOLDERS.flatMap(sourcesOf);
    expect(files.length).toBeGreaterThan(100);
    const found = files.flatMap((file) => insertionsOf(file, readFileSync(file, 'utf8')));
    expect(found.filter((insertion) => !Object.hasOwn(ALLOWED, insertion.replace(/:\d+:/, ':')))).toEqual([]);
  });

  it.each([
    ['a name', "const find = (hub: string) => `SELECT 1 FROM costs WHERE hub = '${hub}'`;", 'hub'],
    ['a property', 'query(`DELETE FROM costs WHERE day = ${scope.day}`);', 'scope.day'],
    ['a call', 'query(`SELECT ${quote(name)}`);', 'quote(name)'],
    ['a name that is added', "query('SELECT 1 FROM ' + table);", 'table'],
    ['a name between texts that are added', "query('SELECT 1 FROM ' + table + ' LIMIT 1');", 'table'],
    ['a condition on the side', "query(`SELECT 1 ${by ? `ORDER BY ${by}` : ''}`);", 'by'],
    ['a variable', "let order = 'day'; order = asked; query(`SELECT 1 ORDER BY ${order}`);", 'order'],
    ['what is appended', "let sql = 'SELECT 1'; sql += filter; query(sql);", 'filter'],
    ['a text that is not a question yet', 'const where = `WHERE hub = ${hub}`;', 'hub'],
  ])('would be found with %s put into it', (_, source, inserted) => {
    expect(insertionsOf('sample.ts', source)).toEqual([`sample.ts:1: ${inserted}`]);
  });

  it.each([
    ['a constant', 'const TABLES = `a, b`; query(`SELECT 1 FROM ${TABLES}`);'],
    ['one of two texts', "query('WITH a AS ' + (all ? 'NOT MATERIALIZED' : 'MATERIALIZED') + '(SELECT 1)');"],
    ['the same under a name', "const row = all ? 'a' : 'b'; query(`SELECT ${row}`);"],
    ['a statement around a statement', 'query(`SELECT 1 FROM (${statement.text}) answer`);'],
    ['a sentence about it', 'throw new Error(`cannot select ${name}, see where it is`);'],
  ])('may hold %s', (_, source) => expect(insertionsOf('sample.ts', source)).toEqual([]));
});

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => `${folder}/${file}`);
}

/** Whatever is put into a text that looks like SQL without being constant, as `file:line: expression`. */
function insertionsOf(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = constantsOf(source);
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    const parts = partsOf(node);
    if (parts && SQL.test(parts.map((part) => literalOf(part) ?? ' ? ').join(''))) {
      found.push(...parts.flatMap((part) => variableParts(part, constants)));
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.map((part) => {
    const { line } = source.getLineAndCharacterOfPosition(part.getStart());
    return `${file}:${line + 1}: ${part.getText()}`;
  });
}

/** What a text is put together from: a template with its expressions, or a chain of `+`; undefined for anything else. */
function partsOf(node: ts.Node): ts.Node[] | undefined {
  if (ts.isTemplateExpression(node)) {
    return [node.head, ...node.templateSpans.flatMap(({ expression, literal }) => [expression, literal])];
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return [node.left, node.right].flatMap((side) => partsOf(side) ?? [side]);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken) {
    // What is appended to a text of SQL looks like none itself: the name tells.
    const isSql = ts.isIdentifier(node.left) && /sql|statement|question/i.test(node.left.text);
    return isSql ? [ts.factory.createStringLiteral('SELECT'), ...(partsOf(node.right) ?? [node.right])] : undefined;
  }
  return undefined;
}

function literalOf(node: ts.Node): string | undefined {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
    ? node.text
    : undefined;
}

/** The parts of an expression that are not constant. */
function variableParts(node: ts.Node, constants: ReadonlySet<string>): ts.Expression[] {
  if (literalOf(node) !== undefined || ts.isNumericLiteral(node)) return [];
  const parts = partsOf(node);
  if (parts) return parts.flatMap((part) => variableParts(part, constants));
  if (ts.isParenthesizedExpression(node)) return variableParts(node.expression, constants);
  if (ts.isConditionalExpression(node)) {
    return [node.whenTrue, node.whenFalse].flatMap((side) => variableParts(side, constants));
  }
  if (ts.isIdentifier(node) && (/^[A-Z][A-Z0-9_]*$/.test(node.text) || constants.has(node.text))) return [];
  // The text of a Statement, which is held to the same where it is made.
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'text') return [];
  return [node as ts.Expression];
}

/** The names that the file gives to constant texts, and to nothing else. */
function constantsOf(source: ts.SourceFile): Set<string> {
  const constants = new Set<string>();
  const others = new Set<string>();
  const visit = (node: ts.Node): void => {
    if ((ts.isVariableDeclaration(node) || ts.isParameter(node)) && ts.isIdentifier(node.name)) {
      const isConst = ts.isVariableDeclarationList(node.parent) && (node.parent.flags & ts.NodeFlags.Const) !== 0;
      const isConstant = isConst && node.initializer && variableParts(node.initializer, new Set()).length === 0;
      (isConstant ? constants : others).add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return new Set([...constants].filter((name) => !others.has(name)));
}
