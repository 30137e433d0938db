import type { LineItem } from '../estate/index.js';
import { validationError } from './errors.js';

/** One definition of GroupBy, with the value that it gives a line: `key$value` for tags, as AWS writes them. */
export interface Grouping {
  readonly definition: { readonly Type: string; readonly Key: string };
  readonly keyOf: (item: LineItem) => string;
}

/** What GetCostAndUsage groups by, of the dimensions that a line has. */
export const GROUP_DIMENSIONS: ReadonlySet<string> = new Set([
  'INSTANCE_TYPE',
  'LINKED_ACCOUNT',
  'OPERATION',
  'PURCHASE_TYPE',
  'RECORD_TYPE',
  'REGION',
  'SERVICE',
  'USAGE_TYPE',
]);

/** @throws CostExplorerError ValidationException for more than two groupings, or one that AWS does not take. */
export function compileGroupings(
  definitions: readonly { Type?: string | undefined; Key?: string | undefined }[],
): Grouping[] {
  if (definitions.length > 2) throw validationError('The maximum number of group by definitions is 2.');
  return definitions.map(({ Type, Key }) => {
    if (!Key) throw validationError('Group Definition key is invalid.');
    if (Type === 'TAG') {
      return {
        definition: { Type, Key },
        keyOf: (item) => `${Key}$${Object.hasOwn(item.tags, Key) ? item.tags[Key] : ''}`,
      };
    }
    if (Type !== 'DIMENSION') throw validationError('Group Definition type is invalid.');
    if (!GROUP_DIMENSIONS.has(Key)) throw validationError(`Group Definition dimension ${Key} is invalid.`);
    return { definition: { Type, Key }, keyOf: (item) => item.dimensions[Key]! };
  });
}
