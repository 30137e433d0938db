import { readFileSync } from 'node:fs';
import {
  addDays,
  BUDGET_INTERVALS,
  isDay,
  isRecord,
  parseUsd,
  type Budget,
  type BudgetTarget,
  type BudgetThreshold,
  type Usd,
} from '#libs/domain';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { describeFileFaults } from './schema-faults.js';

/** More than a cluster costs. */
const MOST_USD = parseUsd('9999999999');
const MOST_STEPS = 100n;

const usd = z
  .union([z.number(), z.string()], 'must be an amount in USD such as 2000 or 1234.50')
  .transform((given, context): Usd => {
    const text = String(given);
    const amount = /^\d+(\.\d{1,10})?$/.test(text) ? parseUsd(text) : -1n;
    if (amount > 0n && amount <= MOST_USD) return amount;
    context.addIssue('must be an amount in USD above 0, such as 2000 or 1234.50');
    return z.NEVER;
  });
const name = z.string('must be a text').min(1, 'must not be empty').max(200, 'must have at most 200 characters');
const day = z.string('must be a day such as 2026-01-31').refine(isDay, 'must be a day such as 2026-01-31 that exists');

const threshold = z.strictObject({
  percent: z
    .number('must be a number')
    .min(0.01, 'must be from 0.01 to 1000')
    .max(1000, 'must be from 0.01 to 1000')
    .multipleOf(0.01, 'must have at most two decimals')
    .optional(),
  usd: usd.optional(),
  everyUsd: usd.optional(),
  on: z.enum(['actual', 'forecast'], 'must be actual or forecast').default('actual'),
});

const budget = z.strictObject(
  {
    name,
    hub: name.optional(),
    group: name.optional(),
    user: name.optional(),
    basis: z.enum(['tagged', 'allocated'], 'must be tagged or allocated').optional(),
    per: z.enum(BUDGET_INTERVALS, `must be ${BUDGET_INTERVALS.join(', ')}`).optional(),
    from: day.optional(),
    to: day.optional(),
    amount: usd,
    startBalance: z
      .union([usd, z.literal(0).transform(() => 0n)], 'must be an amount in USD from 0 on, such as 1234.50')
      .optional(),
    thresholds: z.array(threshold, 'must be a list').default([]),
  },
  'must be an object with name, amount and the like',
);

const budgetsFile = z.strictObject(
  { budgets: z.array(budget, 'must be a list of budgets') },
  'must be an object with a list, budgets',
);

/**
 * Reads BUDGETS_FILE: YAML, or JSON, which is YAML too.
 *
 * @returns the budgets, or every fault of the file as a sentence that begins with its place.
 */
export function readBudgetsFile(path: string | undefined): readonly Budget[] | { readonly faults: readonly string[] } {
  if (path === undefined) return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { faults: [`cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`] };
  }
  // Without `prettyErrors` a message does not quote the file, which may be the wrong one.
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) return { faults: document.errors.map((error) => notYaml(text, error)) };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch {
    return { faults: ['has more aliases than anybody writes'] };
  }
  const parsed = budgetsFile.safeParse(content);
  const faults = [
    ...(parsed.success ? [] : describeFileFaults(budgetsFile, parsed.error.issues)),
    ...faultsBetween(content),
  ];
  return parsed.success && faults.length === 0 ? parsed.data.budgets.map(budgetOf) : { faults };
}

/** Faults that lie between the keys of a budget, and between budgets: they do not wait for the faults of single keys. */
function faultsBetween(content: unknown): string[] {
  const list = (content as { budgets?: unknown } | null)?.budgets;
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  const names = entries.map((entry) => name.safeParse(Object(entry).name).data);
  return entries.flatMap((entry, at) => {
    const isTaken = names[at] !== undefined && names.indexOf(names[at]) < at;
    return [...(isRecord(entry) ? faultsOf(entry) : []), ...(isTaken ? ['name: another budget has it'] : [])].map(
      (fault) => `budgets.${at}.${fault}`,
    );
  });
}

function notYaml(
  text: string,
  { code, pos: [at] }: { readonly code: string; readonly pos: readonly [number, number] },
): string {
  const lines = text.slice(0, at).split('\n');
  return `is not YAML or JSON: ${code} in line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
}

type GivenBudget = z.infer<typeof budget>;

/** Of a key with a fault of its own it is known that it is given, and not its value. */
function faultsOf(entry: Record<string, unknown>): string[] {
  const has = (key: keyof typeof budget.shape) => entry[key] !== undefined;
  const [from, to, amount, startBalance] = [
    budget.shape.from.safeParse(entry['from']).data,
    budget.shape.to.safeParse(entry['to']).data,
    budget.shape.amount.safeParse(entry['amount']).data,
    budget.shape.startBalance.safeParse(entry['startBalance']).data,
  ];
  const faults: string[] = [];
  if (has('group') && has('user')) faults.push('user: excludes group');
  if (has('user') && !has('hub')) faults.push('hub: is required with user: a name is of one hub');
  if (has('basis') && (!has('hub') || has('group') || has('user'))) {
    faults.push('basis: is for the budget of a hub alone');
  }
  if (has('per') === (has('from') || has('to'))) {
    faults.push('per: either per (month, quarter, year), or from and to, must be given');
  } else if (!has('per') && has('from') !== has('to')) {
    faults.push(has('to') ? 'from: is required with to' : 'to: is required with from');
  } else if (from !== undefined && to !== undefined && to < from) faults.push('to: is before from');
  if (has('startBalance') && has('per')) faults.push('startBalance: is for a budget with from and to');
  if (startBalance !== undefined && amount !== undefined && startBalance > amount) {
    faults.push('startBalance: is more than amount');
  }
  const thresholds: readonly unknown[] = Array.isArray(entry['thresholds']) ? entry['thresholds'] : [];
  for (const [at, one] of thresholds.entries()) {
    if (!isRecord(one)) continue;
    const place = `thresholds.${at}`;
    const kinds = ['percent', 'usd', 'everyUsd'].filter((kind) => one[kind] !== undefined);
    if (kinds.length !== 1) faults.push(`${place}: one of percent, usd and everyUsd must be given`);
    if (one['on'] === 'forecast' && has('user')) faults.push(`${place}.on: a user has no forecast`);
    const step = threshold.shape.everyUsd.safeParse(one['everyUsd']).data;
    if (step !== undefined && amount !== undefined && step * MOST_STEPS < amount) {
      faults.push(`${place}.everyUsd: makes more than ${MOST_STEPS} steps of the amount`);
    }
  }
  return faults;
}

function budgetOf(given: GivenBudget): Budget {
  const { name, per, from, to, amount, startBalance, thresholds } = given;
  return {
    name,
    target: targetOf(given),
    period: per ?? { from: from!, until: addDays(to!, 1) },
    amountUsd: amount,
    spentBeforeUsd: startBalance === undefined ? 0n : amount - startBalance,
    thresholds: thresholds.map(({ on, percent, usd, everyUsd }): BudgetThreshold =>
      percent !== undefined ? { on, percent } : usd !== undefined ? { on, usd } : { on, everyUsd: everyUsd! },
    ),
  };
}

function targetOf({ hub, group, user, basis = 'tagged' }: GivenBudget): BudgetTarget {
  if (user !== undefined) return { kind: 'user', username: user, hub: hub! };
  if (group !== undefined) return { kind: 'group', usergroup: group, hub };
  return hub === undefined ? { kind: 'cluster' } : { kind: 'hub', hub, basis };
}
