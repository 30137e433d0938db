import type { LineItem } from '../estate/index.js';
import { validationError } from './errors.js';
import { GROUP_DIMENSIONS } from './grouping.js';
import type { Expression, Selection } from './request-shape.js';

export type Predicate = (item: LineItem) => boolean;

const ROOTS = ['And', 'Or', 'Not', 'Dimensions', 'Tags'] as const;

/**
 * What GetCostAndUsage filters by: all that it groups by, and USAGE_TYPE_GROUP. RESOURCE_ID and the reservation
 * dimensions are refused, as AWS does.
 */
const FILTER_DIMENSIONS: ReadonlySet<string> = new Set([...GROUP_DIMENSIONS, 'USAGE_TYPE_GROUP']);

/**
 * Compiles a filter of any shape. No filter: everything matches.
 *
 * @throws CostExplorerError ValidationException where AWS refuses: none or several roots, an And or Or of one operand,
 *   an unknown dimension, a match option that the selection does not take.
 */
export function compileFilter(filter: Expression | undefined): Predicate {
  if (filter === undefined) return () => true;
  const roots = ROOTS.filter((root) => filter[root] !== undefined);
  if (roots.length !== 1) {
    const count = roots.length === 0 ? 'zero roots' : 'more than one roots';
    throw validationError(
      `Expression has ${count}. Only one root operator is allowed for each expression: ${ROOTS.join(', ')}`,
    );
  }
  if (filter.And) {
    const operands = compileOperands('And', filter.And);
    return (item) => operands.every((matches) => matches(item));
  }
  if (filter.Or) {
    const operands = compileOperands('Or', filter.Or);
    return (item) => operands.some((matches) => matches(item));
  }
  if (filter.Not) {
    const matches = compileFilter(filter.Not);
    return (item) => !matches(item);
  }
  if (filter.Dimensions) return compileDimension(filter.Dimensions);
  return compileTag(filter.Tags!);
}

function compileOperands(operator: string, operands: readonly Expression[]): Predicate[] {
  if (operands.length < 2) throw validationError(`${operator} expression must have at least 2 operands`);
  return operands.map(compileFilter);
}

function compileDimension(selection: Selection): Predicate {
  const key = requireKey('Dimensions', selection);
  if (!FILTER_DIMENSIONS.has(key)) throw validationError(`Dimension ${key} is not allowed.`);
  if (!selection.Values?.length) throw validationError(`Values must be specified for dimension ${key}.`);
  allowMatchOptions(selection, ['EQUALS', 'CASE_SENSITIVE']);
  return matchValues(selection, (item) => item.dimensions[key]);
}

function compileTag(selection: Selection): Predicate {
  const key = requireKey('Tags', selection);
  allowMatchOptions(selection, ['EQUALS', 'ABSENT', 'CASE_SENSITIVE']);
  return matchValues(selection, (item) => (Object.hasOwn(item.tags, key) ? item.tags[key] : undefined));
}

/** A selection with neither values nor EQUALS asks for absence. An empty value stands for absence too. */
function matchValues(selection: Selection, valueOf: (item: LineItem) => string | undefined): Predicate {
  const values = new Set(selection.Values);
  if (selection.MatchOptions?.includes('ABSENT') || values.size === 0) {
    if (values.size > 0) throw validationError('Values must not be specified with the ABSENT match option.');
    return (item) => valueOf(item) === undefined;
  }
  return (item) => values.has(valueOf(item) ?? '');
}

function requireKey(kind: string, selection: Selection): string {
  if (!selection.Key) throw validationError(`Key must be specified for ${kind}.`);
  return selection.Key;
}

function allowMatchOptions(selection: Selection, allowed: readonly string[]): void {
  const refused = selection.MatchOptions?.find((option) => !allowed.includes(option));
  if (refused) throw validationError(`Match option ${refused} is not supported.`);
}
