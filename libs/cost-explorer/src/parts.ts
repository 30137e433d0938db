import type { Expression } from '@aws-sdk/client-cost-explorer';
import { CORE, HOME_STORAGE, type AttributionConfig, type Component, type TagRule } from '#libs/domain';
import { core, homeStorage, type FilterSubject } from './filters.js';

/** A tag that a part of the cluster cost is told by. */
export interface PartTag {
  readonly rule: TagRule;
  /** The key of ATTRIBUTION_FILE that names it. */
  readonly key: string;
  /** What becomes of the costs when the tag is gone. */
  readonly loss: string;
  /** Services on which nothing but this tag makes a cost one of the component. */
  readonly services: readonly string[];
}

/** A component whose costs are told by their tags. */
export interface CostPart {
  readonly component: Component;
  /** Which of the cluster's costs are of the component. */
  readonly filter: (subject: FilterSubject) => Expression;
  readonly tags: (attribution: AttributionConfig) => readonly PartTag[];
}

/**
 * The components that are told by tags. A cost that several filters take is of the first; a cost that none takes has the
 * component of its service. Requests, conversion, the search for lost tags and the doctor's checks follow from this list.
 */
export const PARTS: readonly CostPart[] = [
  {
    component: HOME_STORAGE,
    filter: homeStorage,
    tags: ({ homeStorage: { tag, service } }) => [
      {
        rule: tag,
        key: 'homeStorage.tag.key',
        loss: 'volumes of home directories are counted as compute',
        services: [service],
      },
    ],
  },
  {
    component: CORE,
    filter: core,
    tags: ({ core: { nodeTag, nodeServices, service, volumeTags } }) => [
      {
        rule: nodeTag,
        key: 'core.nodeTag.key',
        loss: 'core nodes are counted as compute, which users bear',
        // NAT gateways are core costs of `service` without any tag.
        services: nodeServices.filter((name) => name !== service),
      },
      ...volumeTags.map((rule) => ({
        rule,
        key: 'core.volumeTags',
        loss: 'volumes of hub databases and of support are counted as compute, which users bear',
        services: [],
      })),
    ],
  },
];
