export { CostExplorerReader, type CostExplorerReaderOptions, type Timing } from './cost-explorer.client.js';
export { asCostExplorerError, type AwsErrorDescription } from './describe-aws-error.js';
export {
  CostExplorerError,
  IncompleteAnswerError,
  PartitionMismatchError,
  RequestBudgetExceededError,
  UnexpectedAnswerError,
  type DayMismatch,
} from './errors.js';
export {
  CostExplorerInspector,
  refusalOf,
  type AllocationTag,
  type CostExplorerInspectorOptions,
} from './inspection.reader.js';
export { startsBeforeData } from './first-day.js';
export { knownCostWindow } from './known-costs.js';
export { PARTS, type CostPart, type PartTag } from './parts.js';
export { formatPrice, USD_PER_REQUEST } from './request-price.js';
