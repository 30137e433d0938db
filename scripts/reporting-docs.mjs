// Writes docs/reporting.md from migrations/sql/views.sql, where each view stands with the meaning of its columns. With
// --check it writes nothing, and ends with status 1 when the page is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = 'docs/reporting.md';
/** A meaning that a column has in so many views stands once, at the top. */
const MANY = 3;
const sql = readFileSync('migrations/sql/views.sql', 'utf8');
const unquote = (text) => text.replaceAll("''", "'");
const views = [...sql.matchAll(/^COMMENT ON VIEW reporting\.(\w+) IS '(.*)';$/gm)].map(([, view, meaning]) => {
  const columns = sql.matchAll(new RegExp(`^COMMENT ON COLUMN reporting\\.${view}\\.(\\w+) IS '(.*)';$`, 'gm'));
  return {
    view,
    meaning: unquote(meaning),
    columns: [...columns].map(([, name, text]) => `\`${name}\`: ${unquote(text)}`),
  };
});
const all = views.flatMap(({ columns }) => columns);
const nameOf = (column) => column.split(':')[0];
const common = new Map();
for (const column of all) {
  const count = all.filter((other) => other === column).length;
  if (count >= MANY && count > (common.get(nameOf(column))?.count ?? 0)) common.set(nameOf(column), { column, count });
}
const isCommon = (column) => common.get(nameOf(column))?.column === column;
const list = (columns) => columns.map((column) => `- ${column}\n`).join('');
const sections = views.map(({ view, meaning, columns }) => {
  const shared = columns.filter(isCommon).map(nameOf).join(', ');
  const own = columns.filter((column) => !isCommon(column));
  return `## ${view}\n\n${meaning}.\n\n${list(shared ? [shared, ...own] : own)}`;
});
const intro = readFileSync('docs/reporting-intro.md', 'utf8').trimEnd();
const meanings = list([...common.values()].map(({ column }) => column));
const page = `${intro}\n\nMany views have these columns. Where a view says nothing else of one, it means:\n\n${meanings}\n${sections.join('\n')}`;

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error(`${PAGE} is not what migrations/sql/views.sql says: run npm run docs:reporting`);
  process.exitCode = 1;
}
