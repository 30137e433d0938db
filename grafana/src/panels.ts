import {
  BarAlignment,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { COSTS } from './datasources.js';
import { SqlQuery } from './sql.js';

export const USD = 'currencyUSD';
/** 0 to 1, shown as a percentage. */
export const SHARE = 'percentunit';

/** What a panel says of itself: its title, and what hovering over it explains. */
export interface PanelText {
  readonly title: string;
  readonly description: string;
}

/** Lines over time; the legend is a table of the calculations asked for. */
export function lines(text: PanelText, sql: string, calculations: readonly string[]): TimeseriesBuilder {
  return new TimeseriesBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(COSTS)
    .withTarget(new SqlQuery(sql, 'time_series'))
    .axisSoftMin(0)
    .lineWidth(2)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(tableLegend(calculations))
    .tooltip(allSeries())
    .span(12)
    .height(10);
}

/** Longer than from one day to the next, and shorter than to the day after it. */
export const GAP_BETWEEN_DAYS_MS = 36 * 3_600_000;

/** Lines from day to day that break where a day is missing: a line across it would make up its figure. */
export function dailyLines(text: PanelText, sql: string, calculations: readonly string[]): TimeseriesBuilder {
  return lines(text, sql, calculations).insertNulls(GAP_BETWEEN_DAYS_MS);
}

/** Stacked bars, one per day, each as wide as its UTC day; the legend has every series' total over the range. */
export function dailyBars(text: PanelText, sql: string): TimeseriesBuilder {
  return lines(text, sql, ['sum', 'mean', 'max'])
    .unit(USD)
    .decimals(2)
    .drawStyle(GraphDrawStyle.Bars)
    .barAlignment(BarAlignment.After)
    .barWidthFactor(0.9)
    .lineWidth(0)
    .fillOpacity(80)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** Every column of the one row of an answer as a number of its own. */
export function figures(text: PanelText, sql: string): StatBuilder {
  return new StatBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(COSTS)
    .withTarget(new SqlQuery(sql, 'table'))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .unit(USD)
    .decimals(2)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.ValueAndName)
    .span(12)
    .height(4);
}

/** A table with filters on its columns; what is not an amount in USD gets a unit of its own. */
export function table(text: PanelText, sql: string, units: Readonly<Record<string, string>> = {}): TableBuilder {
  const panel = new TableBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(COSTS)
    .withTarget(new SqlQuery(sql, 'table'))
    .filterable(true)
    .span(24)
    .height(10);
  for (const [column, unit] of Object.entries(units)) panel.overrideByName(column, unitOf(unit));
  return panel;
}

/** A fixed colour for a series whose meaning never changes. */
export function colour(name: string): DynamicConfigValue {
  return { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: name } };
}

/** Hovering shows every series of that day, the greatest first. */
export function allSeries(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending).hideZeros(true);
}

/** Coloured by the thresholds of the panel. */
export function byThreshold(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
}

function unitOf(unit: string): DynamicConfigValue[] {
  const decimals = unit === USD ? [{ id: 'decimals', value: 2 }] : [];
  return [{ id: 'unit', value: unit }, ...decimals];
}

/** A legend that is a table, one row per series, the greatest total first. */
export function tableLegend(calculations: readonly string[]): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([...calculations])
    .sortBy(calculations[0] === 'sum' ? 'Total' : 'Name')
    .sortDesc(calculations[0] === 'sum');
}
