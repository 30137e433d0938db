import { randomNumbers } from './random-numbers.js';

/** Series of daily costs with what forecasts and anomalies have to live with. Day 0 is a Monday. */

const WEEK = [1.15, 1.2, 1.2, 1.15, 1, 0.35, 0.3];

type CostOf = (day: number, random: () => number) => number;

/** About 1, as a sum of twelve numbers is about normal. */
function noisy(random: () => number, spread: number): number {
  return 1 + spread * (Array.from({ length: 12 }, random).reduce((sum, one) => sum + one, 0) - 6);
}

const weekly =
  (levelOf: (day: number) => number): CostOf =>
  (day, random) =>
    levelOf(day) * WEEK[day % 7]! * noisy(random, 0.1);

/** By name. A new hub starts 60 days before the end, a decommissioned one stops 60 days before it. */
export function madeSeries(days: number): Readonly<Record<string, CostOf>> {
  return {
    'weekly cycle': weekly(() => 100),
    'semester start': weekly((day) => (day % 182 >= 60 && day % 182 < 150 ? 150 : 60)),
    'GPU burst': (day, random) => weekly(() => 80)(day, random) + (day % 45 >= 20 && day % 45 < 23 ? 400 : 0),
    'new hub': weekly((day) => (day >= days - 60 ? 50 : 0)),
    'decommissioned hub': weekly((day) => (day < days - 60 ? 70 : 0)),
    'steady growth': weekly((day) => 40 * Math.exp(day / 250)),
    'no pattern': (_, random) => 60 * Math.exp(1.6 * (random() - 0.5)),
    storage: (_, random) => 20 * noisy(random, 0.03),
  };
}

export function makeSeries(costOf: CostOf, days: number, seed: number): number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: days }, (_, day) => costOf(day, random));
}
