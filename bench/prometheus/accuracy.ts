import { USERNAME_ANNOTATION } from '#libs/prometheus';
import type { TrueUsage } from '../../apps/simulator/src/index.js';
import type { Cost } from './ask.js';

/** How far what was measured is from what was really used. */
export interface Accuracy {
  readonly userDays: number;
  /** Used something, and measured as nothing. */
  readonly missed: number;
  /** Of the sum over everybody, signed. */
  readonly totalErrorPercent: number;
  /** Mean over user-days of how far each is off. */
  readonly meanErrorPercent: number;
  /** Of a user's share of their day, in percentage points: what decides about money. */
  readonly worstShareErrorPoints: number;
}

/** One entry per day. */
export function accuracyOf(
  days: readonly { readonly measured: Cost['samples']; readonly truth: readonly TrueUsage[] }[],
): Accuracy {
  let [userDays, missed, measuredSum, trueSum, errors, worstShare] = [0, 0, 0, 0, 0, 0];
  for (const { measured, truth } of days) {
    const byUser = new Map(
      measured.map(({ labels, value }) => [`${labels['namespace']}/${labels[USERNAME_ANNOTATION]}`, value]),
    );
    const compute = truth.filter(({ component }) => component === 'compute');
    const trueOfDay = compute.reduce((sum, { byteSeconds }) => sum + Number(byteSeconds), 0);
    const measuredOfDay = [...byUser.values()].reduce((sum, value) => sum + value, 0);
    for (const { namespace, username, byteSeconds } of compute) {
      const found = byUser.get(`${namespace}/${username}`) ?? 0;
      userDays += 1;
      if (found === 0) missed += 1;
      errors += Math.abs(found / Number(byteSeconds) - 1);
      const shareError = Math.abs(found / measuredOfDay - Number(byteSeconds) / trueOfDay);
      worstShare = Math.max(worstShare, shareError);
    }
    measuredSum += measuredOfDay;
    trueSum += trueOfDay;
  }
  return {
    userDays,
    missed,
    totalErrorPercent: (measuredSum / trueSum - 1) * 100,
    meanErrorPercent: (errors / userDays) * 100,
    worstShareErrorPoints: worstShare * 100,
  };
}
