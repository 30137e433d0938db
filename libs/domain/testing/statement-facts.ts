import type { StatementFacts } from '../src/statement-facts.js';

/** A month of a whole cluster that is over and not closed, without any cost. */
export const OCTOBER: StatementFacts = {
  cluster: 'earth',
  month: '2026-10-01',
  today: '2026-11-28',
  subject: { hubs: undefined, usergroup: undefined, user: undefined },
  days: { stored: 31, estimated: 0, unread: 0 },
  version: undefined,
  bases: ['amortized'],
  policies: [],
  lines: [],
  adjustments: [],
  restatements: [],
  clusterUsd: undefined,
};
