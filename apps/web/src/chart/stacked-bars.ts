import type { Usd } from '#libs/domain';
import { approximate, axisMoney } from '../money.js';
import type { Theme } from './theme.js';
import { tooltipOf } from './tooltip.js';

/** A bar of the chart: a day, a week or a month. */
export interface Column {
  /** Of the axis. */
  readonly label: string;
  /** Of the tooltip. */
  readonly title: string;
  /** AWS may still change it. */
  readonly estimated: boolean;
  /** What must be known about its figures: that there are none, or that usage was not read. */
  readonly gap: 'no costs' | 'no usage' | undefined;
}

export interface Series {
  readonly name: string;
  readonly colour: string;
  /** Not a name like the others: a pattern says so. */
  readonly dotted?: boolean;
  /** One per column; undefined: unknown. */
  readonly amounts: readonly (Usd | undefined)[];
  readonly total: Usd;
}

const DOTS = {
  symbol: 'circle',
  symbolSize: 0.7,
  dashArrayX: [
    [0, 7],
    [4, 10],
  ],
  dashArrayY: [4, 2],
};
const HATCH = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 };

/** ECharts' option for stacked bars, the first series at the bottom. */
export function stackedBars(columns: readonly Column[], series: readonly Series[], theme: Theme, narrow: boolean) {
  return {
    animation: false,
    aria: { enabled: false },
    grid: { left: 0, right: 4, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: theme.line, opacity: 0.35 } },
      confine: true,
      enterable: false,
      transitionDuration: 0,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.text },
      formatter: (points: readonly { dataIndex: number }[]) => tooltipOf(columns, series, points[0]?.dataIndex ?? 0),
    },
    xAxis: {
      type: 'category',
      data: columns.map(({ label }) => label),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: theme.line } },
      axisLabel: { color: theme.faint, hideOverlap: true, fontSize: 12 },
    },
    yAxis: [
      {
        type: 'value',
        splitNumber: narrow ? 3 : 5,
        splitLine: { lineStyle: { color: theme.line } },
        axisLabel: { color: theme.faint, formatter: axisMoney, fontSize: 12 },
      },
      { type: 'value', show: false, min: 0, max: 1 },
    ],
    series: [
      gaps(columns, theme),
      ...series.map(({ name, colour, dotted, amounts }) => ({
        type: 'bar',
        name,
        stack: 'costs',
        barCategoryGap: columns.length > 45 ? '12%' : '22%',
        barMaxWidth: 64,
        emphasis: { focus: 'series' },
        blur: { itemStyle: { opacity: 0.25 } },
        cursor: 'pointer',
        itemStyle: { color: colour, borderColor: theme.surface, borderWidth: columns.length > 100 ? 0 : 0.5 },
        data: amounts.map((amount, index) => ({
          value: amount === undefined ? null : approximate(amount),
          ...(columns[index]?.estimated
            ? { itemStyle: { decal: { ...HATCH, color: theme.surface } } }
            : dotted && { itemStyle: { decal: { ...DOTS, color: theme.surface } } }),
        })),
      })),
    ],
  };
}

/** A band behind the days of which something is not known, so that they do not look like days that cost nothing. */
function gaps(columns: readonly Column[], theme: Theme) {
  return {
    type: 'bar',
    yAxisIndex: 1,
    silent: true,
    barGap: '-100%',
    barCategoryGap: '0%',
    z: 0,
    data: columns.map(({ gap }) => ({
      value: gap ? 1 : null,
      itemStyle: {
        color: theme.line,
        opacity: 0.45,
        ...(gap === 'no costs' && { decal: { ...HATCH, color: theme.faint } }),
      },
    })),
  };
}
