import type { CostPlace } from '#libs/database';
import {
  componentOfService,
  CORE,
  HOME_STORAGE,
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

/** What only a tag can have made of a cost. Tags of core volumes are not among them: NAT gateways look the same. */
function marksOf(attribution: AttributionConfig): { tag: string; isMarked: (place: Place) => boolean }[] {
  const { hubTag, homeStorage, core } = attribution;
  const nodeServices = core.nodeServices.filter(
    (service) => service !== core.service && componentOfService(attribution, service) !== CORE,
  );
  const isHomeMark = componentOfService(attribution, homeStorage.service) !== HOME_STORAGE;
  return [
    { tag: hubTag, isMarked: ({ hub }) => hub !== SUPPORT_HUB },
    {
      tag: homeStorage.tag.key,
      isMarked: ({ component, service }) => isHomeMark && component === HOME_STORAGE && service === homeStorage.service,
    },
    {
      tag: core.nodeTag.key,
      isMarked: ({ component, service }) => component === CORE && nodeServices.includes(service),
    },
  ];
}

/** An answer that looks as if a tag had been switched off; nothing of it may be stored unless somebody says so. */
export class LostTagsError extends Error {
  override readonly name = 'LostTagsError';

  constructor(readonly lost: readonly LostTag[]) {
    const tags = lost.map(({ tag, days }) => `${tag} (${formatDays(days)})`).join(' and ');
    super(
      `Cost Explorer's answer has no cost with the tag ${tags} although days are stored with some; these stay as they ` +
        `are. Is the cost allocation tag still active, and spelt like that? If it is gone for good, run once with ` +
        `--accept-lost-tags`,
    );
  }
}
