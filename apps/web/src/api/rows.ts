import type { z } from 'zod';
import type {
  CostsPerUserRows,
  TotalCostsPerComponentRows,
  TotalCostsPerHubRows,
} from '../../../api/src/costs/costs.dto.js';
import type { DayRows } from '../../../api/src/days/days.dto.js';
import type { health } from '../../../api/src/health/health.dto.js';
import type { TotalUsageRows, UserGroupsRows } from '../../../api/src/usage/usage.dto.js';
import type { session } from '../../../api/src/access/session.dto.js';

/** Rows of the API, from the schemas that it answers by. */
export type HubCost = z.infer<typeof TotalCostsPerHubRows>[number];
export type ComponentCost = z.infer<typeof TotalCostsPerComponentRows>[number];
/** Without `unallocated=include`, which the page does not ask for, each row is a user's. */
export type UserCost = Omit<z.infer<typeof CostsPerUserRows>[number], 'user' | 'usergroup'> &
  Readonly<Record<'user' | 'usergroup', string>>;
export type DayState = z.infer<typeof DayRows>[number];
export type Health = z.infer<typeof health>;
export type Session = z.infer<typeof session>;
export type UserGroup = z.infer<typeof UserGroupsRows>[number];
export type Usage = z.infer<typeof TotalUsageRows>[number];
