/** An error that the Cost Explorer API answers with, by the name that AWS documents. */
export class CostExplorerError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export function validationError(message: string): CostExplorerError {
  return new CostExplorerError('ValidationException', message);
}

/** The message that AWS gives with an error when none was asked for. Names as in the service's API reference. */
export function usualMessage(name: string): string {
  return USUAL_MESSAGES[name] ?? `${name} was asked for`;
}

const USUAL_MESSAGES: Readonly<Record<string, string>> = {
  ThrottlingException: 'Rate exceeded',
  LimitExceededException: 'You made too many calls in a short period of time. Try again later.',
  ExpiredTokenException: 'The security token included in the request is expired',
  AccessDeniedException:
    'User: arn:aws:sts::123456789012:assumed-role/cost-sync/i-0123456789abcdef0 is not authorized to perform: ' +
    'ce:GetCostAndUsage on resource: arn:aws:ce:us-east-1:123456789012:/GetCostAndUsage because no identity-based ' +
    'policy allows the ce:GetCostAndUsage action',
  UnrecognizedClientException: 'The security token included in the request is invalid.',
  DataUnavailableException:
    'Data is not available. Please try to adjust the time period. If just enabled Cost Explorer, data might not be ' +
    'ingested yet',
  BillExpirationException: 'The requested report expired. Update the date interval and try again.',
  RequestChangedException: 'Your request parameters changed between pages. Try again with the old parameters.',
  InvalidNextTokenException: 'The pagination token is invalid. Try again without a pagination token.',
  ResourceNotFoundException: 'The specified ARN in the request does not exist.',
  InternalServerException: 'An internal error occurred.',
  ServiceUnavailableException: 'The service is temporarily unavailable.',
};
