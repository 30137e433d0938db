import { addDays, eachDay, parseUsd, startOfDay } from '#libs/domain';
import { makeEstate, type Estate } from './estate.js';
import { escapeSlug, safeSlug } from './slugs.js';

const TODAY = '2026-11-20';
const SOME_DAYS = eachDay({ from: '2026-09-01', until: '2026-11-20' });

/** Who is known on a day, and in which groups. */
function groupsOn(estate: Estate, day: string): Map<string, readonly string[]> {
  return new Map(
    estate.people.flatMap((person) => {
      const groups = estate.groupsOn(person, day);
      return groups ? [[`${person.namespace}/${person.username}`, groups]] : [];
    }),
  );
}

describe('the estate', () => {
  const estate = makeEstate({ today: TODAY });

  it('is the same for the same seed, in whatever order its days are asked for, and whatever day today is', () => {
    const later = makeEstate({ today: addDays(TODAY, 40) });
    for (const day of ['2026-11-16', '2026-10-01', '2026-11-15']) {
      expect(later.lineItemsOn(day)).toEqual(estate.lineItemsOn(day));
      expect(later.sessionsOn(day)).toEqual(estate.sessionsOn(day));
      expect(later.trueByteSeconds(day)).toEqual(estate.trueByteSeconds(day));
      expect(groupsOn(later, day)).toEqual(groupsOn(estate, day));
    }
  });

  it('is another for another seed', () => {
    const other = makeEstate({ today: TODAY, seed: 2 });
    expect(other.lineItemsOn('2026-11-16')).not.toEqual(estate.lineItemsOn('2026-11-16'));
  });

  it('ends with today', () => {
    expect(estate.lineItemsOn(addDays(TODAY, 1))).toEqual([]);
    expect(estate.lineItemsOn(TODAY)).not.toEqual([]);
  });

  it('writes amounts with up to ten digits after the point', () => {
    const amounts = estate.lineItemsOn('2026-11-16').flatMap((item) => Object.values(item.amounts));
    expect(amounts.filter((amount) => !/^-?\d+\.\d{10}$/.test(amount))).toEqual([]);
    expect(amounts.some((amount) => !amount.endsWith('0'))).toBe(true);
  });

  it('has every kind of charge', () => {
    const kinds = new Set(
      SOME_DAYS.flatMap((day) => estate.lineItemsOn(day)).map((item) => item.dimensions.RECORD_TYPE),
    );
    expect([...kinds].sort()).toEqual([
      'Credit',
      'DiscountedUsage',
      'EdpDiscount',
      'Fee',
      'RIFee',
      'Refund',
      'SavingsPlanCoveredUsage',
      'SavingsPlanNegation',
      'SavingsPlanRecurringFee',
      'Tax',
      'Usage',
    ]);
  });

  it('comes to the same in gross, discounts included, as in net', () => {
    for (const day of SOME_DAYS) {
      const total = (metric: 'UnblendedCost' | 'AmortizedCost' | 'NetUnblendedCost' | 'NetAmortizedCost') =>
        estate.lineItemsOn(day).reduce((sum, item) => sum + parseUsd(item.amounts[metric]), 0n);
      expect(total('NetUnblendedCost')).toBe(total('UnblendedCost'));
      expect(total('NetAmortizedCost')).toBe(total('AmortizedCost'));
    }
  });

  it('covers by its savings plan what the negation takes back', () => {
    const unblended = (recordType: string) =>
      estate
        .lineItemsOn('2026-11-16')
        .filter((item) => item.dimensions.RECORD_TYPE === recordType)
        .reduce((sum, item) => sum + parseUsd(item.amounts.UnblendedCost), 0n);
    expect(unblended('SavingsPlanCoveredUsage')).toBeGreaterThan(0n);
    expect(unblended('SavingsPlanNegation')).toBe(-unblended('SavingsPlanCoveredUsage'));
  });

  it('has days without any user, which cost all the same', () => {
    const quiet = SOME_DAYS.filter((day) => estate.sessionsOn(day).length === 0);
    expect(quiet.length).toBeGreaterThanOrEqual(3);
    for (const day of quiet) expect(estate.lineItemsOn(day).length).toBeGreaterThan(40);
  });

  it('never runs the same pod twice at once', () => {
    const ends = new Map<string, number>();
    for (const session of SOME_DAYS.flatMap((day) => estate.sessionsStartedOn(day))) {
      const key = `${session.namespace}/${session.pod}`;
      expect(session.createdMs).toBeGreaterThan(ends.get(key) ?? 0);
      expect(session.endMs).toBeGreaterThan(session.createdMs);
      ends.set(key, session.endMs);
    }
    expect(ends.size).toBeGreaterThan(40);
  });

  it('has pods over midnight, pods that start off the minute, pods that never find a node', () => {
    const sessions = SOME_DAYS.flatMap((day) => estate.sessionsStartedOn(day));
    expect(sessions.some((s) => new Date(s.createdMs).getUTCDate() !== new Date(s.endMs).getUTCDate())).toBe(true);
    expect(sessions.some((session) => session.createdMs % 60_000 !== 0)).toBe(true);
    expect(sessions.some((session) => session.scheduledMs === null)).toBe(true);
  });

  it('counts true usage between scheduling and end, cut at midnight', () => {
    const day = '2026-11-16';
    const startMs = startOfDay(day).getTime();
    const expected = new Map<string, number>();
    for (const s of estate.sessionsOn(day)) {
      if (s.scheduledMs === null) continue;
      const ms = Math.min(s.endMs, startMs + 86_400_000) - Math.max(s.scheduledMs, startMs);
      const key = `${s.namespace}/${s.username}`;
      if (ms > 0) expected.set(key, (expected.get(key) ?? 0) + (s.memoryBytes * ms) / 1000);
    }
    const compute = estate.trueByteSeconds(day).filter((row) => row.component === 'compute');
    expect(compute.length).toBe(expected.size);
    for (const row of compute) {
      const figure = expected.get(`${row.namespace}/${row.username}`)!;
      expect(Math.abs(Number(row.byteSeconds) - figure) / figure).toBeLessThan(1e-9);
    }
  });

  it('has nodes of four types, one with GPUs and one on spot, that join and leave, and one that stands idle all night', () => {
    const nodes = SOME_DAYS.flatMap((day) => estate.nodesOn(day));
    const types = new Map(nodes.map(({ type }) => [type.name, type]));
    expect([...types.keys()].sort()).toEqual(['g4dn.xlarge', 'm5.2xlarge', 'r5.4xlarge', 'r5.xlarge']);
    expect([types.get('g4dn.xlarge')!.gpus, types.get('m5.2xlarge')!.purchase]).toEqual([1, 'spot']);
    const hours = new Set(nodes.map(({ fromMs, untilMs }) => (untilMs - fromMs) / 3_600_000));
    expect(hours.has(24)).toBe(true);
    expect(hours.size).toBeGreaterThan(100);
    // A node's name comes back the same day with another type.
    const reused = SOME_DAYS.some((day) => {
      const ofDay = estate.nodesStartedOn(day);
      return ofDay.some((one) => ofDay.some((other) => one.name === other.name && one.type !== other.type));
    });
    expect(reused).toBe(true);
  });

  it('has a node for each pod that found one, with room for all that it holds, and never two of one name', () => {
    for (const day of SOME_DAYS) {
      const nodes = estate.nodesOn(day);
      for (const one of nodes) {
        const twin = nodes.find((other) => {
          return other !== one && other.name === one.name && other.fromMs < one.untilMs && one.fromMs < other.untilMs;
        });
        expect(twin).toBeUndefined();
      }
      for (const session of estate.sessionsStartedOn(day).filter(({ scheduledMs }) => scheduledMs !== null)) {
        const atMs = session.scheduledMs!;
        const isHere = (node: (typeof nodes)[number]) => node.fromMs <= atMs && atMs < node.untilMs;
        const [node] = nodes.filter((one) => one.name === session.node && isHere(one));
        const pods = estate
          .sessionsStartedOn(day)
          .filter((pod) => pod.node === session.node && pod.scheduledMs! <= atMs && atMs < pod.endMs);
        const asked = (key: 'cpuCores' | 'memoryBytes' | 'gpus') => pods.reduce((sum, pod) => sum + pod[key], 0);
        expect(node).toBeDefined();
        expect(asked('cpuCores')).toBeLessThanOrEqual(node!.type.cpuCores);
        expect(asked('memoryBytes')).toBeLessThanOrEqual(node!.type.memoryBytes);
        expect(asked('gpus')).toBeLessThanOrEqual(node!.type.gpus);
      }
    }
  });

  it('charges for compute by instance type what its node hours cost', () => {
    // Of two hubs without commitments, to the tenth digit.
    for (const day of SOME_DAYS) {
      const hours = new Map<string, number>();
      for (const { namespace, type, fromMs, untilMs } of estate.nodesOn(day)) {
        if (namespace !== 'staging' && namespace !== 'workshop') continue;
        const usd = (type.usdPerHour * (untilMs - fromMs)) / 3_600_000;
        hours.set(`${namespace} ${type.name}`, (hours.get(`${namespace} ${type.name}`) ?? 0) + usd);
      }
      const charged = estate
        .lineItemsOn(day)
        .filter(({ tags }) => tags['kubernetes.io/cluster/hub-cluster'] && tags['2i2c:node-purpose'] === 'user')
        .filter(({ tags }) => ['staging', 'workshop'].includes(tags['2i2c:hub-name']!))
        .filter(({ dimensions }) => dimensions['INSTANCE_TYPE'] !== 'NoInstanceType')
        .map(({ tags, dimensions, amounts }) => [
          `${tags['2i2c:hub-name']} ${dimensions['INSTANCE_TYPE']}`,
          amounts.AmortizedCost,
        ]);
      const expected = [...hours].map(([key, usd]) => [key, usd.toFixed(10)]);
      expect(charged.sort()).toEqual(expected.sort());
    }
  });

  it('has GPU pods that ask for little memory and take their node', () => {
    const gpu = SOME_DAYS.flatMap((day) => estate.sessionsStartedOn(day)).filter(({ gpus }) => gpus > 0);
    expect(gpu.length).toBeGreaterThan(3);
    expect(Math.max(...gpu.map(({ memoryBytes }) => memoryBytes))).toBe(4 * 1024 ** 3);
    const shares = SOME_DAYS.flatMap((day) => estate.trueNodeShares(day));
    expect(shares.some(({ instanceType, nodeSeconds }) => instanceType === 'g4dn.xlarge' && nodeSeconds > 600)).toBe(
      true,
    );
  });

  it('has people in no, one and several groups, and groups that change', () => {
    const sizes = new Set([...groupsOn(estate, '2026-11-16').values()].map((groups) => Math.min(groups.length, 2)));
    expect([...sizes].sort()).toEqual([0, 1, 2]);
    const [before, after] = [groupsOn(estate, '2026-05-01'), groupsOn(estate, '2026-11-16')];
    expect([...before].some(([who, groups]) => after.has(who) && after.get(who)!.join() !== groups.join())).toBe(true);
    expect([...before.keys()].some((who) => !after.has(who)) || [...after.keys()].some((who) => !before.has(who))).toBe(
      true,
    );
  });

  it('has the directories that mislead whoever guesses', () => {
    const owners = new Map(
      estate.directories.map(({ namespace, directory, owner }) => [`${namespace}/${directory}`, owner?.username]),
    );
    expect(owners.get('research-hub/team-2024')).toBe('team-2024');
    expect(owners.get('prod/team-2024')).toBe('team 24');
    expect(owners.get('prod/team-202-34')).toBe('team-202-34');
    expect(owners.get('staging/shared-2dbob')).toBe('shared-bob');
    expect([owners.get('prod/ana-lee'), owners.get('prod/ana-2dlee')]).toEqual(['ana-lee', 'ana-lee']);
    expect(owners.get(`prod/${safeSlug('jane.doe')}`)).toBe('jane.doe');
    expect(owners.size).toBe(estate.directories.length);
  });

  it('grows to ten thousand users', () => {
    const large = makeEstate({ today: TODAY, users: 10_000 });
    expect(new Set(large.people.map(({ namespace, username }) => `${namespace}/${username}`)).size).toBe(10_000);
    expect(large.directories.length).toBeGreaterThan(10_000);
    expect(large.sessionsOn('2026-11-18').length).toBeGreaterThan(2_000);
  });
});

describe('slugs', () => {
  // Worked out with KubeSpawner 7's own slugs.py.
  it.each([
    ['jane.doe', 'jane-2edoe', 'jane-doe---'],
    ['alice', 'alice', 'alice'],
    ['shared-bob', 'shared-2dbob', 'shared-bob'],
    ['12345678', '12345678', 'x-12345678---ef797c81'],
    ['jürgen', 'j-c3-bcrgen', 'j-rgen---'],
    ['🦉owl', '-f0-9f-a6-89owl', 'owl---'],
    ['BigData', '-42ig-44ata', 'bigdata---'],
  ])('names %s as KubeSpawner did and does', (name, legacy, safe) => {
    expect(escapeSlug(name)).toBe(legacy);
    expect(safeSlug(name).startsWith(safe)).toBe(true);
  });
});
