export { CostExplorerReader, type CostExplorerReaderOptions, type Timing } from './cost-explorer.client.js';
export { describeAwsError } from './describe-aws-error.js';
export {
  IncompleteAnswerError,
  PartitionMismatchError,
  RequestBudgetExceededError,
  UnexpectedAnswerError,
  type DayMismatch,
} from './errors.js';
export { USD_PER_REQUEST } from './requests.js';
