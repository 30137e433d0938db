/**
 * One colour for a name, on the page and in Grafana's dashboards. Each has a contrast of 3 to 1 or more with a light and a
 * dark background, and none is the red of an alarm.
 */
export const PALETTE = [
  '#2f7dc4', '#d2700f', '#138a7c', '#8d5fc9', '#c94f8e', '#76840f', '#2290b0', '#9a6b3f', '#3f9142', '#5b6ee1', '#b07f06',
] as const; // prettier-ignore

export const EVERYONE_ELSE = '#8893a0';
export const UNALLOCATED = '#7b7f86';

/** Components and the instance types that hubs run on most. Other names are painted by `coloursOf`. */
export const FIXED_COLOURS: Readonly<Record<string, string>> = {
  compute: '#2f7dc4',
  'home storage': '#d2700f',
  core: '#8d5fc9',
  networking: '#138a7c',
  'object storage': '#76840f',
  backup: '#c94f8e',
  other: '#7c6f64',
  'r5.large': '#8d5fc9',
  'r5.xlarge': '#2f7dc4',
  'r5.2xlarge': '#2290b0',
  'r5.4xlarge': '#138a7c',
  'r5.8xlarge': '#3f9142',
  'r5.16xlarge': '#76840f',
  'm5.xlarge': '#5b6ee1',
  'g4dn.xlarge': '#d2700f',
  'g4dn.2xlarge': '#b07f06',
};

/**
 * The colours of names that are shown together: that of the name's hash, or the next that is free, in the order of the
 * alphabet. So a name keeps its colour unless a fixed name of the set has it, or an earlier one wants the same. No two share
 * one as long as there are no more names than colours. grafana/src/painted.ts says the same in SQL.
 */
export function coloursOf(names: readonly string[]): ReadonlyMap<string, string> {
  const fixed = names.filter((name) => Object.hasOwn(FIXED_COLOURS, name));
  const colours = new Map(fixed.map((name) => [name, FIXED_COLOURS[name]!]));
  const taken = new Set(colours.values());
  for (const name of names.filter((one) => !colours.has(one)).sort()) {
    const start = firstChoice(name);
    const turned = [...PALETTE.slice(start), ...PALETTE.slice(0, start)];
    const colour = turned.find((one) => !taken.has(one)) ?? PALETTE[start]!;
    colours.set(name, colour);
    taken.add(colour);
  }
  return colours;
}

/** The sum of the letters' code points, each times its place: SQL can say that, too. */
function firstChoice(name: string): number {
  let sum = 0;
  [...name].forEach((letter, index) => (sum += letter.codePointAt(0)! * (index + 1)));
  return sum % PALETTE.length;
}
