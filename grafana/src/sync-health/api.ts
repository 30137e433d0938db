import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { API_METRICS } from '../datasources.js';
import { SHARE } from '../money.js';
import { allSeries, legendOnTheRight, type PanelText } from '../panels.js';

/** A PromQL query, and the name of its series. */
interface MetricsQuery {
  readonly expression: string;
  readonly legend: string;
}

export const requestRates = () =>
  metrics({ title: 'API requests', description: 'Requests per second that the API answered, by route.' }, [
    {
      expression: 'sum by (route) (rate(cost_monitoring_http_request_duration_seconds_count[$__rate_interval]))',
      legend: '{{route}}',
    },
  ]).unit('reqps');

export const errorShare = () =>
  metrics(
    {
      title: 'API responses that were errors',
      description:
        'Share of requests that got 4xx, a fault of the request, and 5xx, a fault of the service or its database.',
    },
    ['4', '5'].map((digit) => ({
      expression: `(sum(rate(cost_monitoring_http_request_duration_seconds_count{status=~"${digit}.."}[$__rate_interval])) or vector(0)) / sum(rate(cost_monitoring_http_request_duration_seconds_count[$__rate_interval]))`,
      legend: `${digit}xx`,
    })),
  )
    .unit(SHARE)
    .decimals(1);

export const latencies = () =>
  metrics(
    {
      title: 'API latencies',
      description: 'How long half, 95 % and 99 % of the requests took at most, over all routes.',
    },
    [0.5, 0.95, 0.99].map((quantile) => ({
      expression: `histogram_quantile(${quantile}, sum by (le) (rate(cost_monitoring_http_request_duration_seconds_bucket[$__rate_interval])))`,
      legend: `${quantile * 100} %`,
    })),
  ).unit('s');

export const latencyByRoute = () =>
  metrics({ title: 'API latency by route', description: 'How long 95 % of the requests took at most, by route.' }, [
    {
      expression:
        'histogram_quantile(0.95, sum by (le, route) (rate(cost_monitoring_http_request_duration_seconds_bucket[$__rate_interval])))',
      legend: '{{route}}',
    },
  ]).unit('s');

function metrics(text: PanelText, queries: readonly MetricsQuery[]): TimeseriesBuilder {
  const panel = new TimeseriesBuilder()
    .title(text.title)
    .description(text.description)
    .noValue('No metrics: does the Prometheus that is chosen at the top scrape /metrics of the API?')
    .datasource(API_METRICS)
    .axisSoftMin(0)
    .lineWidth(2)
    .legend(legendOnTheRight(['mean', 'max', 'lastNotNull']))
    .tooltip(allSeries())
    .span(12)
    .height(9);
  queries.forEach(({ expression, legend }, index) =>
    panel.withTarget(
      new DataqueryBuilder()
        .refId('ABC'.charAt(index))
        .datasource(API_METRICS)
        .expr(expression)
        .legendFormat(legend)
        .range(),
    ),
  );
  return panel;
}
