import { PARTS } from '#libs/cost-explorer';
import type { CostPlace } from '#libs/database';
import {
  componentOfService,
  OperatorError,
  SUPPORT_HUB,
  type AttributionConfig,
  type Day,
  type DayCosts,
} from '#libs/domain';
import { formatDays } from './run-summary.js';

/** A tag that costs were attributed by when the days were stored, and by which none is now. */
export interface LostTag {
  readonly tag: string;
  readonly days: readonly Day[];
}

type Place = Pick<CostPlace, 'hub' | 'service' | 'component'>;

/**
 * The tags whose mark has vanished from days that are stored with it: a cost allocation tag that was deactivated, or a
 * key that is misspelt. Cost Explorer then answers as if nothing had ever been tagged, which adds up, and would move
 * every hub's costs to `support`. A day that comes back without any cost is not looked at: that is refused by itself.
 */
export function findLostTags(
  attribution: AttributionConfig,
  stored: readonly CostPlace[],
  answer: readonly DayCosts[],
): LostTag[] {
  const answered = answer.filter(({ attributed }) => attributed.length > 0);
  return marksOf(attribution)
    .map(({ tag, isMarked }) => {
      const before = new Set(stored.filter(isMarked).map(({ day }) => day));
      const lost = answered.filter(({ day, attributed }) => before.has(day) && !attributed.some(isMarked));
      return { tag, days: lost.map(({ day }) => day) };
    })
    .filter(({ days }) => days.length > 0);
}

/**
 * The days without a cost in the database whose costs come back without any of a hub, although the latest stored day
 * before them has some. When the hub tag is deactivated AWS leaves the past as it was: only new days show it. On the
 * latest days the tag may merely be late. Of hubs alone: other tags are of single components, which arrive at different
 * hours of a day.
 */
export function findNewDaysWithoutHubs(stored: readonly CostPlace[], answer: readonly DayCosts[]): Day[] {
  const hasHubs = new Map<Day, boolean>();
  for (const place of stored) hasHubs.set(place.day, isOfHub(place) || hasHubs.get(place.day) === true);
  const storedDays = [...hasHubs.keys()].sort();
  return answer
    .filter(({ day, attributed }) => !hasHubs.has(day) && attributed.length > 0 && !attributed.some(isOfHub))
    .map(({ day }) => day)
    .filter((day) => {
      const before = storedDays.findLast((other) => other < day);
      return before !== undefined && hasHubs.get(before) === true;
    });
}

function isOfHub({ hub }: Place): boolean {
  return hub !== SUPPORT_HUB;
}

/** What only a tag can have made of a cost. Of some tags nothing is: their costs look the same without them. */
function marksOf(attribution: AttributionConfig): { tag: string; isMarked: (place: Place) => boolean }[] {
  const marks = PARTS.flatMap(({ component, tags }) =>
    tags(attribution).map(({ rule, services }) => {
      const telling = services.filter((service) => componentOfService(attribution, service) !== component);
      const isMarked = (place: Place) => place.component === component && telling.includes(place.service);
      return { tag: rule.key, isMarked };
    }),
  );
  return [{ tag: attribution.hubTag, isMarked: isOfHub }, ...marks];
}

const REMEDY =
  'Is the cost allocation tag still active, and spelt like that? If it is gone for good, run once with ' +
  '--accept-lost-tags';

/** Why new days are not stored although they are old enough for their tags to have arrived. */
export function describeOverdueHubs(hubTag: string, days: readonly Day[]): string {
  return (
    `Cost Explorer's answer has no cost with the tag ${hubTag} on new days (${formatDays(days)}) although the days ` +
    `before are stored with some; the new ones are not stored. ${REMEDY}`
  );
}

/** Why new days that Cost Explorer is still collecting are not stored yet. */
export function describeAwaitedHubs(hubTag: string, days: readonly Day[]): string {
  return (
    `the costs of ${formatDays(days)} wait for the tag ${hubTag}: Cost Explorer has none with it yet, although the days ` +
    `before are stored with some`
  );
}

/** An answer that looks as if a tag had been switched off; nothing of it may be stored unless somebody says so. */
export class LostTagsError extends OperatorError {
  constructor(readonly lost: readonly LostTag[]) {
    const tags = lost.map(({ tag, days }) => `${tag} (${formatDays(days)})`).join(' and ');
    super(
      `Cost Explorer's answer has no cost with the tag ${tags} although days are stored with some; these stay as they are. ` +
        REMEDY,
    );
  }
}
