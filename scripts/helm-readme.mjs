// Writes helm/README.md from helm/intro.md and the comments of the chart's values.yaml. With --check it writes nothing, and ends with
// status 1 when the page is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { isMap, parseDocument } from 'yaml';

const PAGE = 'helm/README.md';
const VALUES = 'helm/jupyterhub-cost-monitoring/values.yaml';

/** Of a comment: the headings of level 2 that it holds, and the sentences about the value below it. */
function readComment(text = '') {
  const lines = text.split('\n').map((line) => line.trim());
  const headings = lines.filter((line) => line.startsWith('## '));
  const about = lines.slice(lines.lastIndexOf('') + 1).filter((line) => !line.startsWith('## '));
  return { heading: headings.at(-1), about: about.join(' ').trim() };
}

/** Longer ones would hide what the value is for. */
function defaultOf(value) {
  const text = JSON.stringify(value.toJSON());
  return text.length > 60 ? 'see values.yaml' : `\`${text}\``;
}
const lines = [];
let above;
const undocumented = [];

function listValues(map, path, first) {
  for (const [index, { key, value }] of map.items.entries()) {
    const comment = index === 0 && first !== undefined ? first : key.commentBefore;
    const { heading, about } = readComment(comment);
    if (heading) {
      lines.push('', heading, '');
      above = undefined;
    }
    const name = [...path, key.value].join('.');
    if (about) {
      const one = `- \`${name}\` (${defaultOf(value)})`;
      // What neighbours have in common is said once.
      if (about === above) lines.push(`${lines.pop().slice(0, -about.length - 2)}, ${one.slice(2)}: ${about}`);
      else lines.push(`${one}: ${about}`);
      above = about;
    } else if (isMap(value) && value.items.length > 0) listValues(value, [...path, key.value], value.commentBefore);
    else undocumented.push(name);
  }
}

const document = parseDocument(readFileSync(VALUES, 'utf8'));
listValues(document.contents, [], document.contents.commentBefore);
if (undocumented.length > 0) {
  console.error(`${VALUES}: no comment says what these are for: ${undocumented.join(', ')}`);
  process.exit(1);
}
const text = `${readFileSync('helm/intro.md', 'utf8').trimEnd()}\n${lines.join('\n')}\n`;
const page = await format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error(`${PAGE} is not what ${VALUES} says: run npm run docs:helm`);
  process.exitCode = 1;
}
