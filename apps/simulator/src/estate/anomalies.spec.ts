import { ANOMALY_HISTORY_DAYS, addDays, eachDay, usualCostAfter } from '#libs/domain';
import { expectDocumented } from '../../../../libs/domain/testing/documented.js';
import { addTo, costSeries } from './estate-series.js';
import { makeEstate } from './estate.js';
import { LARGE, SPOT, STANDARD, WITH_GPU } from './node-types.js';

const TODAY = '2026-11-28';
const DAYS = eachDay({ from: addDays(TODAY, -395), until: TODAY });
/** A miner takes the cheapest GPU node for a day. */
const MINER_USD = 24 * WITH_GPU.usdPerHour;
const PLANTED_EVERY = 61;

const estate = makeEstate({ today: TODAY });

function userSeries(): Map<string, number[]> {
  const prices = new Map([LARGE, SPOT, STANDARD, WITH_GPU].map(({ name, usdPerHour }) => [name, usdPerHour]));
  const series = new Map<string, number[]>();
  DAYS.forEach((day, at) => {
    for (const { namespace, username, instanceType, nodeSeconds } of estate.trueNodeShares(day)) {
      addTo(series, `${namespace}/${username}`, at, (nodeSeconds / 3600) * prices.get(instanceType)!, DAYS.length);
    }
  });
  return series;
}

/** Of every series, each 61st day with a miner, and every other day as it is. */
function measure(series: Map<string, number[]>, plantedUsd: number) {
  const counts = { days: 0, planted: 0, found: 0, false: 0 };
  for (const usd of series.values()) {
    for (let at = ANOMALY_HISTORY_DAYS; at < usd.length; at += 1) {
      const usual = usualCostAfter(usd.slice(at - ANOMALY_HISTORY_DAYS, at));
      if (!usual) continue;
      const isPlanted = at % PLANTED_EVERY === 0;
      const isFound = usd[at]! + (isPlanted ? plantedUsd : 0) > usual.mostUsd;
      counts.days += 1;
      counts.planted += Number(isPlanted);
      counts.found += Number(isPlanted && isFound);
      counts.false += Number(!isPlanted && isFound);
    }
  }
  return counts;
}

it.each([
  ['hub and service', costSeries(estate, DAYS, ({ hub, service }) => `${hub}/${service}`)],
  ['user', userSeries()],
] as const)('anomalies by %s are found as docs/forecasts.md says', (name, series) => {
  const { days, planted, found, false: wrong } = measure(series, MINER_USD);
  const percent = (part: number, of: number) => ((100 * part) / of).toFixed(0);
  expectDocumented(
    `| ${[name, days, planted, found, wrong, percent(found, found + wrong), percent(found, planted)].join(' | ')} |`,
  );
});

it('a cost that grows from 0.02 to 0.20 USD is none, nor is the same ten times as large', () => {
  const flat = (usd: number) => usualCostAfter(Array<number>(56).fill(usd))!;
  expect(flat(0.02).mostUsd).toBeGreaterThan(0.2);
  expect(flat(0.2).mostUsd).toBeGreaterThan(2);
  expect(flat(0.02).mostUsd).toBeLessThan(MINER_USD);
});
