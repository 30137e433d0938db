import { firstOfMonth, isDay } from '#libs/domain';
import { STATEMENT_FORMATS } from '#libs/statements';
import { z } from 'zod';
import { FIRST_DAY, today } from '../parameters/day-range.js';
import { choice, cluster, known, name, version } from '../parameters/parameters.js';

export const StatementMonth = z.object({
  month: z
    .string()
    .refine((text) => isDay(`${text}-01`) && `${text}-01` >= FIRST_DAY, {
      error: 'must be a month such as 2026-10',
      abort: true,
    })
    .refine((text) => `${text}-01` <= firstOfMonth(today()), 'lies in the future')
    .transform((text) => `${text}-01`),
});

export const Statement = known({
  hub: name('Of this hub'),
  usergroup: name('Of this group; a person in several counts in even parts'),
  user: name('Of this user'),
  version: version(
    'Of a closed month: 1, the default, is as it was closed; later ones have what AWS restated until then',
  ),
  format: choice(
    ['json', ...Object.keys(STATEMENT_FORMATS).filter((format) => format !== 'json')] as ['json', 'pdf', 'xlsx', 'csv'],
    'How it is written',
  ),
  cluster,
});

const amount = z.number().nullable();
const rows = <Shape extends z.ZodRawShape>(shape: Shape) => z.array(z.strictObject(shape)).optional();
const sums = { direct_usd: amount, shared_usd: amount, unallocated_usd: amount, total_usd: amount };
const named = z.string();

export const StatementBody = z.strictObject({
  title: named,
  for: named,
  period: named,
  status: named,
  version: named.optional().describe('Of a closed month'),
  cost_basis: named,
  policy: named,
  summary: rows({ what: named, amount_usd: amount }),
  hubs: rows({ hub: named, ...sums }),
  components: rows({ component: named, ...sums }),
  groups: rows({ usergroup: named, total_usd: amount }),
  users: rows({
    hub: named,
    user: named,
    direct_usd: amount,
    shared_usd: amount,
    total_usd: amount,
    adjustments_usd: amount.optional().describe('Of earlier months; not in total_usd'),
  }),
  unallocated: rows({ reason: named, hub: named, component: named, total_usd: amount }),
  adjustments: rows({ month: named, hub: named, component: named, total_usd: amount }),
  restatements: rows({ hub: named, component: named, total_usd: amount }),
  check: rows({ what: named, amount_usd: amount }),
});
