import type { AwsErrorDescription } from '#libs/cost-explorer';
import { failure, ok, warning, type Finding } from '../finding.js';

/** How AWS took a use of each permission: undefined where it allowed it, else why it refused. */
export interface PermissionFacts {
  readonly getCostAndUsage: AwsErrorDescription | undefined;
  readonly getTags: AwsErrorDescription | undefined;
  readonly listCostAllocationTags: AwsErrorDescription | undefined;
}

/** The sync needs the first; the others are the doctor's, and what it cannot see it cannot warn of. */
export function judgePermissions(facts: PermissionFacts): Finding[] {
  const { getCostAndUsage: refused } = facts;
  return [
    refused ? failure('ce:GetCostAndUsage', refused.found, refused.remedy) : ok('ce:GetCostAndUsage', 'allowed'),
    judgeOptional('ce:GetTags', facts.getTags),
    facts.listCostAllocationTags?.refusal === 'member account'
      ? ok('ce:ListCostAllocationTags', 'a member account may not list tags, whatever its role: judged by costs alone')
      : judgeOptional('ce:ListCostAllocationTags', facts.listCostAllocationTags),
  ];
}

function judgeOptional(permission: string, refused: AwsErrorDescription | undefined): Finding {
  if (!refused) return ok(permission, 'allowed');
  return warning(
    permission,
    `${refused.found}. The sync does without it; the doctor knows less of the tags`,
    refused.refusal === 'policy' ? `allow ${permission} to the role that runs the doctor` : refused.remedy,
  );
}
