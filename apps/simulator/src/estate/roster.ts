import { AWKWARD_PEOPLE } from './awkward-people.js';
import type { EstateOptions, HubOptions } from './options.js';
import type { Person } from './person.js';
import { rollFor } from './random.js';

const GIVEN = 'amara ben chen dana emil fatou goran hana ines jonas kofi lena mateo nadia otto priya quinn rosa'.split(
  ' ',
);
const FAMILY = 'okafor silva novak haddad larsen moreau tanaka weber'.split(' ');

/** Every named person of the estate: the awkward ones first, then as many as `users` asks for. */
export function makeRoster(options: EstateOptions): Person[] {
  const hubs = options.hubs.filter((hub) => !hub.anonymous);
  const namespaces = new Set(hubs.map((hub) => hub.namespace));
  const awkward = AWKWARD_PEOPLE.filter((person) => namespaces.has(person.namespace)).slice(0, options.users);
  const homes = hubs.filter((hub) => hub.weight > 0);
  const count = homes.length === 0 ? 0 : options.users - awkward.length;
  const ordinary = Array.from({ length: count }, (_, index): Person => {
    const hub = homeOf(options.seed, homes, index);
    return { namespace: hub.namespace, username: ordinaryName(index), slugs: hub.slugs };
  });
  return [...awkward, ...ordinary];
}

function homeOf(seed: number, hubs: readonly HubOptions[], index: number): HubOptions {
  const total = hubs.reduce((sum, hub) => sum + hub.weight, 0);
  let point = rollFor(seed, 'home', index)() * total;
  return hubs.find((hub) => (point -= hub.weight) < 0) ?? hubs[0]!;
}

function ordinaryName(index: number): string {
  const given = GIVEN[index % GIVEN.length]!;
  const family = FAMILY[Math.floor(index / GIVEN.length) % FAMILY.length]!;
  const number = Math.floor(index / (GIVEN.length * FAMILY.length));
  const suffix = number === 0 ? '' : String(number);
  const separator = ['.', '-', '_', ''][index % 4]!;
  return `${given}${separator}${family}${suffix}`;
}
