import { failure, ok, warning, type Finding } from '../finding.js';

/** How one permission of Cost Explorer was answered. */
export type Answered = 'allowed' | 'not allowed' | 'member account';

export interface PermissionFacts {
  readonly getCostAndUsage: Answered;
  readonly getTags: Answered;
  readonly listCostAllocationTags: Answered;
}

/** The sync needs the first; the others are the doctor's, and what it cannot see it cannot warn of. */
export function judgePermissions(facts: PermissionFacts): Finding[] {
  return [
    facts.getCostAndUsage === 'allowed'
      ? ok('ce:GetCostAndUsage', 'allowed')
      : failure(
          'ce:GetCostAndUsage',
          'refused: AccessDenied',
          'allow ce:GetCostAndUsage to the role of the sync; in a member account also switch on linked account access ' +
            'to Cost Explorer in the payer account',
        ),
    judgeOptional('ce:GetTags', facts.getTags),
    facts.listCostAllocationTags === 'member account'
      ? ok('ce:ListCostAllocationTags', 'a member account may not list tags, whatever its role: judged by costs alone')
      : judgeOptional('ce:ListCostAllocationTags', facts.listCostAllocationTags),
  ];
}

function judgeOptional(permission: string, answered: Answered): Finding {
  if (answered === 'allowed') return ok(permission, 'allowed');
  return warning(
    permission,
    'refused: AccessDenied. The sync does without it; the doctor knows less of the tags',
    `allow ${permission} to the role that runs the doctor`,
  );
}
