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
import { AS_TEXT, USD, type Kind } from './money.js';
import { painted, PAINTS } from './painted.js';
import { SqlQuery } from './sql.js';

/** What a panel says of itself: its title, what hovering over it explains, and why it may be empty. */
export interface PanelText {
  readonly title: string;
  readonly description: string;
  readonly empty?: string;
}

/** Why most panels are empty. */
const EMPTY = 'Nothing to show: no day of this range is stored yet, or nothing matches the filters at the top';

/** Lines over time from a column per line. */
export function lines(text: PanelText, sql: string, calculations: readonly string[]): TimeseriesBuilder {
  return new TimeseriesBuilder()
    .title(text.title)
    .description(text.description)
    .noValue(text.empty ?? EMPTY)
    .datasource(COSTS)
    .withTarget(new SqlQuery(sql, 'time_series'))
    .axisSoftMin(0)
    .lineWidth(2)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(legendOnTheRight(calculations))
    .tooltip(allSeries())
    .span(12)
    .height(10);
}

/**
 * Bars from rows of (day, metric, value): one per step, around its middle, stacked by size; the legend has every series'
 * total over the range.
 */
export function stackedBars(text: PanelText, days: string): TimeseriesBuilder {
  return coloured(lines(text, painted(days), ['sum']))
    .unit(USD)
    .decimals(2)
    .drawStyle(GraphDrawStyle.Bars)
    .barAlignment(BarAlignment.Center)
    .barWidthFactor(0.9)
    .lineWidth(0)
    .fillOpacity(85)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** Lines from rows of (day, metric, value), the mean of a step's days; a line breaks where a step has no value. */
export function paintedLines(text: PanelText, days: string, calculations: readonly string[]): TimeseriesBuilder {
  return coloured(lines(text, painted(days, 'avg'), calculations));
}

function coloured(panel: TimeseriesBuilder): TimeseriesBuilder {
  for (const { matches, properties } of PAINTS) panel.overrideByRegexp(matches, properties);
  return panel;
}

/** A figure of the one row of a response: how it is shown. */
export type Figures = Readonly<Record<string, Kind>>;

/** Every column of the one row as a figure of its own, written out. */
export function figures(text: PanelText, sql: string, columns: Figures): StatBuilder {
  const written = Object.entries(columns).map(([name, kind]) => `${AS_TEXT[kind](`"${name}"`)} AS "${name}"`);
  return new StatBuilder()
    .title(text.title)
    .description(text.description)
    .noValue(text.empty ?? '–')
    .datasource(COSTS)
    .withTarget(new SqlQuery(`SELECT ${written.join(',\n       ')}\nFROM (${sql}\n) AS figures`, 'table'))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('/.*/'))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.ValueAndName)
    .span(12)
    .height(5);
}

/** How a column of a table is shown; what nothing is said of takes the space that is left. */
export interface Column {
  readonly unit?: string;
  readonly decimals?: number;
  /** In pixels. */
  readonly width?: number;
  /** Long text goes on in the next line. */
  readonly wrap?: boolean;
  /** Where a click leads. */
  readonly link?: { readonly title: string; readonly url: string };
}

/** An amount of up to a million. */
export const AMOUNT: Column = { unit: USD, decimals: 2, width: 110 };
/** A date or a small number. */
export const SHORT: Column = { width: 100 };

/** A table with filters on its columns. */
export function table(text: PanelText, sql: string, columns: Readonly<Record<string, Column>> = {}): TableBuilder {
  const panel = new TableBuilder()
    .title(text.title)
    .description(text.description)
    .noValue(text.empty ?? EMPTY)
    .datasource(COSTS)
    .withTarget(new SqlQuery(sql, 'table'))
    .filterable(true)
    .span(24)
    .height(10);
  for (const [name, column] of Object.entries(columns)) panel.overrideByName(name, propertiesOf(column));
  return panel;
}

function propertiesOf({ unit, decimals, width, wrap, link }: Column): DynamicConfigValue[] {
  return [
    ...(unit ? [{ id: 'unit', value: unit }] : []),
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(width ? [{ id: 'custom.width', value: width }] : []),
    ...(wrap
      ? [
          // Of 12.1 and later, and of 11. Grafana 10 cuts what is longer than its column.
          { id: 'custom.wrapText', value: true },
          { id: 'custom.cellOptions', value: { type: 'auto', wrapText: true } },
        ]
      : []),
    ...(link ? [{ id: 'links', value: [link] }] : []),
  ];
}

/** A fixed colour for a series whose meaning never changes. */
export function colour(name: string): DynamicConfigValue {
  return { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: name } };
}

/** Hovering shows every series of that step, the greatest first. */
export function allSeries(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending).hideZeros(true);
}

/** Coloured by the thresholds of the panel. */
export function byThreshold(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
}

/** A legend that is a table beside the chart, one row per series, the greatest total first. */
export function legendOnTheRight(calculations: readonly string[]): VizLegendOptionsBuilder {
  const [first] = calculations;
  return new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Right)
    .showLegend(true)
    .calcs([...calculations])
    .sortBy(first === 'sum' ? 'Total' : 'Name')
    .sortDesc(first === 'sum');
}
