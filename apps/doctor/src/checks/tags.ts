import { PARTS, type AllocationTag } from '#libs/cost-explorer';
import { tagForCluster, type AttributionConfig, type TagRule } from '#libs/domain';
import { failure, ok, skipped, warning, type Finding } from '../finding.js';
import { areNearSpellings } from './near-spelling.js';

/** What is known of the tags; undefined: AWS was asked and refused. */
export interface TagFacts {
  /** Every tag key that AWS has seen on a resource. */
  readonly allocationTags: readonly AllocationTag[] | undefined;
  /** The keys that costs of the last days carry. */
  readonly keysOnCosts: readonly string[] | undefined;
}

/** A tag key that attribution looks at; `part` is the place in ATTRIBUTION_FILE that names it. */
interface NeededTag {
  readonly key: string;
  readonly part: string;
  /** What is lost without it. */
  readonly loss: string;
  /** `always`: every deployment has it. `any of`: one of several is enough. `if used`: not every deployment has it. */
  readonly need: 'always' | 'any of' | 'if used';
}

type TagState =
  | { readonly kind: 'on costs' | 'active' | 'inactive' | 'unseen' | 'untold' }
  | { readonly kind: 'misspelt'; readonly known: string; readonly active: boolean };

export const ACTIVATE =
  'activate it in the payer account (Billing and Cost Management > Cost allocation tags): up to 24 h, and not ' +
  'retroactive unless StartCostAllocationTagBackfill is run, then `start:sync -- --backfill` for those days';

/** One finding for each cost allocation tag that attribution needs. */
export function judgeTags(attribution: AttributionConfig, clusterName: string, facts: TagFacts): Finding[] {
  const needed = neededTags(attribution, clusterName);
  const keys = needed.map(({ key }) => key);
  const states = needed.map((tag) => stateOf(tag, keys, facts));
  const hasCluster = needed.some(({ need }, index) => need === 'any of' && isUsable(states[index]!, facts));
  return needed.map((tag, index) => judgeTag(tag, states[index]!, hasCluster));
}

function neededTags(attribution: AttributionConfig, cluster: string): NeededTag[] {
  const { clusterTags, hubTag } = attribution;
  const keyOf = (rule: TagRule) => tagForCluster(rule, cluster).key;
  const loss = 'costs that carry no other tag of the cluster are not attributed';
  const tags: NeededTag[] = [
    ...clusterTags.map((rule): NeededTag => ({ key: keyOf(rule), part: 'clusterTags', loss, need: 'any of' })),
    { key: hubTag, part: 'hubTag', loss: 'every cost is counted for hub support', need: 'always' },
    ...PARTS.flatMap((part) => part.tags(attribution)).map((tag): NeededTag => ({
      key: keyOf(tag.rule),
      part: tag.key,
      loss: tag.loss,
      need: 'if used',
    })),
  ];
  return tags.filter(({ key }, index) => tags.findIndex((tag) => tag.key === key) === index);
}

function stateOf({ key }: NeededTag, needed: readonly string[], { allocationTags, keysOnCosts }: TagFacts): TagState {
  if (keysOnCosts?.includes(key)) return { kind: 'on costs' };
  const entry = allocationTags?.find((tag) => tag.key === key);
  if (entry) return { kind: entry.active ? 'active' : 'inactive' };
  const known = allocationTags ?? keysOnCosts?.map((name) => ({ key: name, active: true }));
  if (!known) return { kind: 'untold' };
  const near = known.find((tag) => !needed.includes(tag.key) && areNearSpellings(tag.key, key));
  return near ? { kind: 'misspelt', known: near.key, active: near.active } : { kind: 'unseen' };
}

/** Active, and carried by a cost as far as that could be asked. */
function isUsable(state: TagState, { keysOnCosts }: TagFacts): boolean {
  return state.kind === 'on costs' || (state.kind === 'active' && keysOnCosts === undefined);
}

function judgeTag({ key, part, loss, need }: NeededTag, state: TagState, hasCluster: boolean): Finding {
  const check = `tag ${key}`;
  const replaceable = need === 'any of' && hasCluster;
  switch (state.kind) {
    case 'on costs':
      return ok(check, 'active: costs carry it');
    case 'untold':
      return skipped(check, 'AWS tells this role nothing of tags');
    case 'active':
      if (replaceable) return ok(check, 'active; no recent cost carries it, others of the cluster do');
      return warning(check, `active, and no recent cost carries it: ${loss}`, `tag the resources with ${key}`);
    case 'inactive':
      return (replaceable ? warning : failure)(check, `inactive: ${loss}`, ACTIVATE);
    case 'misspelt':
      return (replaceable ? warning : failure)(
        check,
        `misspelt? AWS knows no such tag, but ${state.active ? '' : 'the inactive '}${state.known}: ${loss}`,
        `tag the resources with ${key}, or name ${state.known} as ${part} in ATTRIBUTION_FILE` +
          (state.active ? '' : ' and activate it in the payer account (up to 24 h)'),
      );
    case 'unseen':
      if (replaceable) return ok(check, 'not in use; another tag of the cluster is');
      return (need === 'if used' ? warning : failure)(
        check,
        `unknown to AWS: ${loss}`,
        `tag the resources with ${key} (up to 24 h until AWS knows it) and activate it, or name yours as ${part} in ATTRIBUTION_FILE`,
      );
  }
}
