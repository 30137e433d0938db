// Writes docs/reporting.md from migrations/sql/views.sql, where each view stands with the meaning of its columns. With
// --check it writes nothing, and ends with status 1 when the page is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = 'docs/reporting.md';
const sql = readFileSync('migrations/sql/views.sql', 'utf8');
const unquote = (text) => text.replaceAll("''", "'");
const views = [...sql.matchAll(/^COMMENT ON VIEW reporting\.(\w+) IS '(.*)';$/gm)].map(([, view, meaning]) => {
  const columns = sql.matchAll(new RegExp(`^COMMENT ON COLUMN reporting\\.${view}\\.(\\w+) IS '(.*)';$`, 'gm'));
  return { view, meaning: unquote(meaning), columns: [...columns].map(([, name, text]) => [name, unquote(text)]) };
});
const cell = (text) => text.replaceAll('|', '\\|');
const sections = views.map(
  ({ view, meaning, columns }) =>
    `## ${view}\n\n${meaning}.\n\n| column | meaning |\n| --- | --- |\n` +
    columns.map(([name, text]) => `| \`${name}\` | ${cell(text)} |\n`).join(''),
);
const page = `${readFileSync('docs/reporting-intro.md', 'utf8').trimEnd()}\n\n${sections.join('\n')}`;

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error(`${PAGE} is not what migrations/sql/views.sql says: run npm run docs:reporting`);
  process.exitCode = 1;
}
