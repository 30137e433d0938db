import fc from 'fast-check';
import { makeEstate, type LineItem } from '../estate/index.js';
import { compileFilter } from './filter.js';
import type { Expression } from './request-shape.js';

const ITEMS = makeEstate({ today: '2026-11-20' }).lineItemsOn('2026-11-16');
const SERVICES = [...new Set(ITEMS.map((item) => item.dimensions.SERVICE!))];

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.subarray(SERVICES, { minLength: 1 }).map((Values) => ({ Dimensions: { Key: 'SERVICE', Values } })),
  fc
    .subarray(['Usage', 'Credit', 'Tax'], { minLength: 1 })
    .map((Values) => ({ Dimensions: { Key: 'RECORD_TYPE', Values } })),
  fc.subarray(['prod', 'staging', ''], { minLength: 1 }).map((Values) => ({ Tags: { Key: '2i2c:hub-name', Values } })),
  fc.constantFrom<Expression>(
    { Tags: { Key: '2i2c:node-purpose', MatchOptions: ['ABSENT'] } },
    { Tags: { Key: '2i2c:node-purpose' } },
    { Tags: { Key: '2i2c:node-purpose', Values: ['core'], MatchOptions: ['EQUALS', 'CASE_SENSITIVE'] } },
  ),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('expression'), { minLength: 2, maxLength: 3 }).map((And) => ({ And })),
    fc.array(tie('expression'), { minLength: 2, maxLength: 3 }).map((Or) => ({ Or })),
    tie('expression').map((Not) => ({ Not })),
  ),
}));

/** The lines that an expression selects, as sets: intersection, union and complement of the leaves' own. */
function select(filter: Expression): Set<LineItem> {
  if (filter.And) {
    return filter.And.map(select).reduce((all, some) => new Set([...all].filter((item) => some.has(item))));
  }
  if (filter.Or) return new Set(filter.Or.flatMap((operand) => [...select(operand)]));
  if (filter.Not) {
    const excluded = select(filter.Not);
    return new Set(ITEMS.filter((item) => !excluded.has(item)));
  }
  const { Key = '', Values = [''] } = filter.Dimensions ?? filter.Tags!;
  const field = (item: LineItem) => (filter.Dimensions ? item.dimensions[Key] : item.tags[Key]) ?? '';
  return new Set(ITEMS.filter((item) => Values.some((value) => value === field(item))));
}

describe('a filter expression', () => {
  it('selects what set algebra over its leaves selects', () => {
    fc.assert(
      fc.property(expression, (filter) => {
        const expected = select(filter);
        expect(ITEMS.filter(compileFilter(filter))).toEqual(ITEMS.filter((item) => expected.has(item)));
      }),
    );
  });

  it('is case-sensitive, in values as in keys', () => {
    expect(ITEMS.filter(compileFilter({ Tags: { Key: '2i2c:hub-name', Values: ['Prod'] } }))).toEqual([]);
    expect(ITEMS.filter(compileFilter({ Tags: { Key: '2I2C:hub-name', Values: ['prod'] } }))).toEqual([]);
  });

  it.each<[string, Expression, RegExp]>([
    ['no root', {}, /zero roots/],
    ['two roots', { Tags: { Key: 'a' }, Dimensions: { Key: 'SERVICE', Values: ['x'] } }, /more than one roots/],
    ['an Or of one', { Or: [{ Tags: { Key: 'a' } }] }, /Or expression must have at least 2/],
    ['an unknown dimension', { Dimensions: { Key: 'COLOUR', Values: ['x'] } }, /COLOUR is not allowed/],
    ['a dimension without values', { Dimensions: { Key: 'SERVICE' } }, /Values must be specified/],
    ['a fuzzy match', { Tags: { Key: 'a', Values: ['x'], MatchOptions: ['CONTAINS'] } }, /CONTAINS is not supported/],
  ])('is refused with %s', (_, filter, message) => {
    expect(() => compileFilter(filter)).toThrow(message);
  });
});
