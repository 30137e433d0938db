/**
 * The options that the dashboards set, as far as the published schemas of Grafana 10.4.0 and 13.2.3 both have them, by the
 * type of the panel. A new option must be looked up in both before it is added here.
 */
export const OPTIONS_OF_BOTH: Readonly<Record<string, readonly string[]>> = {
  all: words(`color decimals displayName links mappings unit
    legend legend.calcs legend.displayMode legend.placement legend.showLegend legend.sortBy legend.sortDesc
    tooltip tooltip.mode tooltip.sort orientation
    reduceOptions reduceOptions.calcs reduceOptions.fields reduceOptions.limit reduceOptions.values`),
  timeseries: words(`custom.axisSoftMin custom.barAlignment custom.barWidthFactor custom.drawStyle custom.fillOpacity
    custom.lineWidth custom.showPoints custom.stacking custom.stacking.group custom.stacking.mode`),
  trend: words('xField custom.axisSoftMin custom.lineWidth'),
  barchart: words(`barRadius barWidth fullHighlight groupWidth showValue stacking xField xTickLabelMaxLength
    xTickLabelRotation xTickLabelSpacing custom.axisSoftMin custom.fillOpacity custom.gradientMode custom.lineWidth`),
  table: words(`cellHeight frameIndex showHeader showTypeIcons custom.align custom.cellOptions custom.filterable
    custom.inspect custom.width`),
  stat: words('colorMode graphMode justifyMode showPercentChange textMode wideLayout'),
  bargauge: words('displayMode maxVizHeight minVizHeight minVizWidth namePlacement showUnfilled sizing valueMode'),
  'state-timeline': words('alignValue mergeValues rowHeight showValue custom.fillOpacity custom.lineWidth'),
  text: words('content mode'),
};

/** Options that one end does not have: it ignores them, and this is what is lost there. */
export const IGNORED_BY_ONE: Readonly<Record<string, string>> = {
  'tooltip.hideZeros': '10.4: a tooltip lists series of 0, too',
  'custom.wrapText': '10.4 to 12.0: see custom.cellOptions; 10.4 cuts text that is longer than its column',
  percentChangeColorMode: '10.4: not used, showPercentChange is off',
  perPage: '10.4: no pages, there are three rows',
  footer: '13: footers are of columns; there is none here',
  'footer.countRows': '13: the same',
  'footer.reducer': '13: the same',
  'footer.show': '13: the same',
};

function words(text: string): string[] {
  return text.split(/\s+/);
}
