import { EVERYONE_ELSE, FIXED_COLOURS, PALETTE, UNALLOCATED } from '#libs/domain';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { stampOf, stepOf } from './step.js';

export const EVERYONE_ELSE_NAME = '(everyone else)';
export const NOT_READ_NAME = '(usage not read)';

/** What no user bears, as a series: by its reason in the store. */
export const UNALLOCATED_NAME = `CASE reason WHEN 'usage not read' THEN '${NOT_READ_NAME}' ELSE '(unallocated: ' || reason || ')' END`;

/** Series on top of the stack, from below. */
const ON_TOP: Readonly<Record<string, string>> = {
  [EVERYONE_ELSE_NAME]: EVERYONE_ELSE,
  '(unallocated: idle)': UNALLOCATED,
  '(unallocated: no usage)': '#6f7480',
  '(unallocated: anonymous hub)': '#868a94',
  '(unallocated: not allocated)': '#7a828c',
  [NOT_READ_NAME]: '#b07f06',
  'not attributable': '#8893a0',
};

/** Every other series that has a colour of its own, whatever stands beside it. */
const FIXED: Readonly<Record<string, string>> = {
  ...FIXED_COLOURS,
  ...Object.fromEntries(
    Object.entries(FIXED_COLOURS).flatMap(([name, colour]) => [
      [`${name}, direct`, colour],
      [`${name}, shared`, paler(colour)],
    ]),
  ),
  attributable: '#2f7dc4',
  'attributable, estimated': paler('#2f7dc4'),
  rose: '#d2700f',
  fell: '#138a7c',
};

const FIXED_NAMES = sqlArray(Object.keys(FIXED));
/** The place in the palette of each fixed colour; -1 of others. */
const FIXED_PLACES = `ARRAY[${Object.values(FIXED)
  .map((colour) => (PALETTE as readonly string[]).indexOf(colour))
  .join(', ')}]`;
const TOP_NAMES = sqlArray(Object.keys(ON_TOP));
const COLOURS = PALETTE.length;

/**
 * Series from rows of (day, metric, value): summed by step, the largest at the bottom, what is everyone's or
 * nobody's on top. Grafana makes labels of the columns of text and sorts the series by them, `place` first; the label
 * `colour` is a fixed name, or the number of a colour of the palette: that of the name's hash, or the next one that no fixed
 * name and no name before it in the alphabet has. libs/domain/src/palette.ts says the same.
 */
export function painted(days: string, ofStep: 'sum' | 'avg' = 'sum'): string {
  return `
WITH RECURSIVE bars AS (
  SELECT ${stepOf('day')} AS step, metric, ${ofStep}(value) AS value
  FROM (${days}
  ) AS days
  GROUP BY 1, 2
), names AS (
  SELECT metric, array_position(${TOP_NAMES}, metric) AS top, metric = ANY (${FIXED_NAMES}) AS fixed, sum(value) AS total,
         (SELECT sum(ascii(letter)::bigint * place) % ${COLOURS} FROM string_to_table(metric, NULL) WITH ORDINALITY AS letters (letter, place))::integer AS first_choice
  FROM bars
  GROUP BY metric
  HAVING bool_or(value <> 0)
), turns AS (
  SELECT metric, first_choice, row_number() OVER (ORDER BY metric COLLATE "C") AS turn
  FROM names
  WHERE top IS NULL AND NOT fixed
), painted (turn, colour, taken) AS (
  SELECT 0::bigint, 0, ARRAY(SELECT (${FIXED_PLACES})[array_position(${FIXED_NAMES}, metric)] FROM names WHERE fixed)
  UNION ALL
  SELECT turns.turn, free.colour, painted.taken || free.colour
  FROM painted JOIN turns ON turns.turn = painted.turn + 1
  CROSS JOIN LATERAL (
    SELECT (first_choice + further) % ${COLOURS} AS colour
    FROM generate_series(0, ${COLOURS - 1}) AS further
    ORDER BY (first_choice + further) % ${COLOURS} = ANY (painted.taken), further
    LIMIT 1
  ) AS free
), places AS (
  SELECT metric, to_char(row_number() OVER (ORDER BY top NULLS FIRST, total DESC, metric), 'FM000') AS place,
         coalesce(painted.colour::text, metric) AS colour
  FROM names LEFT JOIN turns USING (metric) LEFT JOIN painted USING (turn)
)
SELECT ${stampOf('step')} AS "time", place, colour, metric, value
FROM bars JOIN places USING (metric)
ORDER BY step, place`;
}

/** An override per colour: its series gets the colour, and its name without the labels beside it. */
export const PAINTS: readonly { readonly matches: string; readonly properties: DynamicConfigValue[] }[] = [
  ...PALETTE.map((colour, index) => paint(String(index), colour)),
  ...Object.entries({ ...FIXED, ...ON_TOP }).map(([name, colour]) => paint(name, colour)),
];

function paint(label: string, colour: string) {
  return {
    matches: `/^value \\{colour="${label.replace(/[.()]/g, '\\$&')}", /`,
    properties: [
      { id: 'color', value: { mode: 'fixed', fixedColor: colour } },
      { id: 'displayName', value: '${__field.labels.metric}' },
    ],
  };
}

/** Halfway to white. */
function paler(colour: string): string {
  const parts = [1, 3, 5].map((at) => Math.round((parseInt(colour.slice(at, at + 2), 16) + 255) / 2));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function sqlArray(names: readonly string[]): string {
  return `ARRAY[${names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ')}]`;
}
