import {
  componentOfService,
  eachDay,
  SUPPORT_HUB,
  type AttributedCost,
  type AttributionConfig,
  type Component,
  type DayCosts,
  type DayWindow,
} from '#libs/domain';
import { dayTotalUsd, type AnswerRow, type CostAnswer } from './answer.js';
import { UnexpectedAnswerError } from './errors.js';

/** One of the disjoint parts of the cluster cost, grouped by hub tag and service, or instance type of its one service. */
export interface PartAnswer {
  /** Undefined: each cost has the component of its service. */
  readonly component: Component | undefined;
  readonly service: string | undefined;
  readonly answer: CostAnswer;
}

export interface CostAnswers {
  readonly account: CostAnswer;
  readonly attributable: CostAnswer;
  readonly parts: readonly PartAnswer[];
}

/**
 * Every day of the window, in order, with its attributed costs sorted by hub, service, component and type. Rows that
 * agree in all four are one; a row of 0 is left out. A day is estimated when any answer marks it so.
 *
 * @throws UnexpectedAnswerError for rows that are not grouped by the hub tag and service or instance type.
 */
export function convertAnswers(attribution: AttributionConfig, window: DayWindow, answers: CostAnswers): DayCosts[] {
  const { account, attributable, parts } = answers;
  const all = [account, attributable, ...parts.map(({ answer }) => answer)];
  return eachDay(window).map((day) => ({
    day,
    accountUsd: dayTotalUsd(account, day),
    attributed: mergeCosts(
      parts.flatMap((part) => (part.answer.get(day)?.rows ?? []).map((row) => attributedCost(attribution, row, part))),
    ),
    estimated: all.some((answer) => answer.get(day)?.estimated ?? false),
  }));
}

/** Cost Explorer's value for what is of no instance type. */
const NO_INSTANCE_TYPE = 'NoInstanceType';

function attributedCost(
  attribution: AttributionConfig,
  { keys, amountUsd }: AnswerRow,
  part: Pick<PartAnswer, 'component' | 'service'>,
): AttributedCost {
  const [tag, group] = keys;
  // Cost Explorer writes `key$value`. A tag's key may itself hold a `$`, so the key is taken off, not searched.
  const prefix = `${attribution.hubTag}$`;
  if (!tag?.startsWith(prefix) || !group) {
    throw new UnexpectedAnswerError('costs by hub and service', `is grouped by ${JSON.stringify(keys)}`);
  }
  const service = part.service ?? group;
  const component = part.component ?? componentOfService(attribution, service);
  const isOfType = part.service !== undefined && group !== NO_INSTANCE_TYPE;
  return {
    hub: tag.slice(prefix.length) || SUPPORT_HUB,
    service,
    component,
    ...(isOfType && { instanceType: group }),
    amountUsd,
  };
}

function mergeCosts(costs: readonly AttributedCost[]): AttributedCost[] {
  const merged = new Map<string, AttributedCost>();
  for (const cost of costs) {
    const identity = JSON.stringify([cost.hub, cost.service, cost.component, cost.instanceType ?? '']);
    merged.set(identity, { ...cost, amountUsd: cost.amountUsd + (merged.get(identity)?.amountUsd ?? 0n) });
  }
  return [...merged]
    .filter(([, cost]) => cost.amountUsd !== 0n)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, cost]) => cost);
}
