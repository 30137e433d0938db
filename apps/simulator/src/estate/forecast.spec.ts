import { addDays, eachDay } from '#libs/domain';
import { backtest, tableRow } from '../../../../libs/domain/testing/backtest.js';
import { expectDocumented } from '../../../../libs/domain/testing/documented.js';
import { makeEstate } from './estate.js';
import { costSeries } from './estate-series.js';

const TODAY = '2026-11-28';
const FIRST = addDays(TODAY, -395);

it('forecasts of the simulated estate are off by what docs/forecasts.md says', () => {
  const estate = makeEstate({ today: TODAY });
  const byHub = costSeries(estate, eachDay({ from: FIRST, until: TODAY }), ({ hub }) => hub);
  const all = [...byHub.values()];
  const cluster = all[0]!.map((_, at) => all.reduce((sum, series) => sum + series[at]!, 0));
  for (const [name, series] of [['cluster', cluster] as const, ...byHub]) {
    for (const row of backtest(FIRST, [series])) {
      expectDocumented(tableRow(`simulator: ${name}`, row));
    }
  }
});
