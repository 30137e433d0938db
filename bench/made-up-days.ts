import {
  ALL_HUBS,
  MEMBERSHIPS,
  parseUsd,
  type AllocationPolicy,
  type AttributedCost,
  type DatasetReading,
  type Day,
  type DayCosts,
  type GroupMembership,
  type UserUsage,
} from '#libs/domain';
import { dividingMeasures, MEASURES } from '#libs/prometheus';

export const CLUSTER = 'bench';
export const POLICY: AllocationPolicy = {
  allocation: 'hub',
  excludedHubs: ['binder'],
  dividedBy: dividingMeasures(MEASURES),
};
export const BASIS = { costBasis: 'amortized', attributionDigest: 'bench' } as const;

const HUBS = ['prod', 'staging', 'research', 'workshop', 'sandbox'];
const GIB_HOUR = 3600n * 2n ** 30n;
const SERVICES: readonly (readonly [service: string, component: string])[] = [
  ['Amazon Elastic Compute Cloud - Compute', 'compute'],
  ['EC2 - Other', 'compute'],
  ['EC2 - Other', 'home storage'],
  ['Amazon Elastic File System', 'home storage'],
  ['Amazon Simple Storage Service', 'object storage'],
  ['Amazon Elastic Load Balancing', 'networking'],
  ['AWS Backup', 'backup'],
  ['AmazonCloudWatch', 'other'],
];

/** A day's costs: every service for every hub and for what carries no hub tag. */
export function makeCosts(day: Day): DayCosts {
  const attributed: AttributedCost[] = [...HUBS, 'support'].flatMap((hub, place) =>
    SERVICES.map(([service, component], index) => ({
      hub,
      service,
      component,
      amountUsd: parseUsd(`${12 + place * 3 + index}.${digitsOf(day)}7731`),
    })),
  );
  return { day, accountUsd: parseUsd(`2500.${digitsOf(day)}`), attributed, estimated: false };
}

/** A day on which everybody used both components; one person in five is in two groups, one in seven in none. */
export function makeReadings(day: Day, users: number): DatasetReading[] {
  const people = Array.from({ length: users }, (_, index) => ({
    index,
    hub: HUBS[index % HUBS.length]!,
    username: `person-${String(index).padStart(6, '0')}@example.org`,
  }));
  const shift = BigInt(digitsOf(day));
  const usage = (measure: string): UserUsage[] =>
    people.map(({ hub, username, index }) => ({
      hub,
      username,
      measure,
      instanceType: '',
      quantity: (GIB_HOUR * BigInt(1 + (index % 40)) + shift * BigInt(index + 1)) * 1000n,
    }));
  const whole = { day, hub: ALL_HUBS, coverage: 1 };
  return [
    { ...whole, dataset: 'compute', measures: ['memory_requested'], rows: usage('memory_requested') },
    { ...whole, dataset: 'home storage', measures: ['home_stored'], rows: usage('home_stored') },
    { ...whole, dataset: MEMBERSHIPS, measures: [], rows: people.flatMap(membershipsOf) },
  ];
}

function membershipsOf(person: { index: number; hub: string; username: string }): GroupMembership[] {
  const { index, hub, username } = person;
  const own = { hub, username, usernameEscaped: username.replaceAll('@', '-40').replaceAll('.', '-2e') };
  if (index % 7 === 0) return [{ ...own, usergroup: null }];
  const groups = index % 5 === 0 ? [index % 12, 12 + (index % 3)] : [index % 12];
  return groups.map((group) => ({ ...own, usergroup: `group-${group}` }));
}

/** `0704` of `2026-07-04`: makes the figures of two days differ. */
function digitsOf(day: Day): string {
  return day.slice(5, 7) + day.slice(8);
}
