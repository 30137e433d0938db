import { coloursOf, EVERYONE_ELSE, FIXED_COLOURS, PALETTE, UNALLOCATED } from './palette.js';

const RGB = (colour: string) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);

/** As the WCAG has it. */
function luminance(colour: string): number {
  const [red, green, blue] = RGB(colour).map((part) =>
    part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

const contrast = (one: string, other: string) => {
  const [light, dark] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return (light! + 0.05) / (dark! + 0.05);
};

describe('the palette', () => {
  it('has eleven colours, none of them twice, none of them red', () => {
    expect(new Set(PALETTE).size).toBe(11);
    for (const colour of [...PALETTE, ...Object.values(FIXED_COLOURS), EVERYONE_ELSE, UNALLOCATED]) {
      const [red, green, blue] = RGB(colour);
      expect([colour, red! > 2 * Math.max(green!, blue!)]).toEqual([colour, false]);
      expect([colour, contrast(colour, '#181b1f') > 3, contrast(colour, '#ffffff') > 3]).toEqual([colour, true, true]);
    }
  });

  it('does not collide among ten, whoever they are', () => {
    for (let set = 0; set < 200; set += 1) {
      const names = Array.from({ length: 10 }, (_, index) => `user-${(set * 7919 + index * index * 31) % 9973}`);
      expect(new Set(coloursOf(names).values()).size).toBe(new Set(names).size);
    }
  });

  it('does not give away the colour of a fixed name that is beside it', () => {
    // The empty name, of cost without an instance type, wants the first, which r5.xlarge has.
    const colours = coloursOf(['', 'r5.xlarge']);
    expect(colours.get('r5.xlarge')).toBe(PALETTE[0]);
    expect(colours.get('')).toBe(PALETTE[1]);
  });

  it('follows the name: a component is fixed, and the order of the names does not matter', () => {
    expect(coloursOf(['compute', 'ada']).get('compute')).toBe('#2f7dc4');
    // a = 97, b = 98: 97 % 11 = 9, 98 % 11 = 10.
    expect([...coloursOf(['b', 'a'])]).toEqual([
      ['a', PALETTE[9]],
      ['b', PALETTE[10]],
    ]);
    // l = 108 wants 9, too, which a has: the next that is free, after b's.
    expect(coloursOf(['l', 'a', 'b']).get('l')).toBe(PALETTE[0]);
  });
});
