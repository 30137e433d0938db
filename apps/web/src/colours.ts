/**
 * One colour for a name, wherever it is shown. Each has a contrast of 3 to 1 or more with the light and the dark background.
 * Hue is not all: the legend is in the order of the stack, and each bar has an edge.
 */
const PALETTE = [
  '#2f7dc4', '#d2700f', '#138a7c', '#8d5fc9', '#c94f8e', '#76840f', '#cf4a3d', '#2290b0', '#9a6b3f', '#3f9142', '#5b6ee1', '#b07f06',
] as const; // prettier-ignore

const FIXED: Readonly<Record<string, string>> = {
  compute: '#2f7dc4',
  'home storage': '#d2700f',
  core: '#8d5fc9',
  networking: '#138a7c',
  'object storage': '#76840f',
  backup: '#c94f8e',
  other: '#7c6f64',
  support: '#71808f',
  prod: '#2f7dc4',
  staging: '#d2700f',
};

export const EVERYONE_ELSE = '#8893a0';
export const UNALLOCATED = '#7b7f86';

/**
 * The colours of names that are shown together: that of the name's hash, or the next that is free, in the order of the
 * alphabet. So a name keeps its colour unless an earlier name of the set wants the same.
 */
export function coloursOf(names: readonly string[]): ReadonlyMap<string, string> {
  const colours = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    const fixed = Object.hasOwn(FIXED, name) ? FIXED[name]! : undefined;
    if (fixed === undefined) continue;
    colours.set(name, fixed);
    taken.add(fixed);
  }
  for (const name of [...names].sort()) {
    if (colours.has(name)) continue;
    const start = hash(name) % PALETTE.length;
    const turned = [...PALETTE.slice(start), ...PALETTE.slice(0, start)];
    const colour = turned.find((one) => !taken.has(one)) ?? PALETTE[start]!;
    colours.set(name, colour);
    taken.add(colour);
  }
  return colours;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
