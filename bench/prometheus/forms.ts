import { computeByteSeconds, USERNAME_ANNOTATION } from '#libs/prometheus';

/** A way to ask Prometheus for everybody's compute byte-seconds of the day that ends at the instant of evaluation. */
export interface Form {
  readonly name: string;
  readonly promql: string;
}

const REQUESTS = 'kube_pod_container_resource_requests{resource="memory", node!=""}';
const ANNOTATIONS = 'kube_pod_annotations{annotation_hub_jupyter_org_username!=""}';

/** The ways that are compared; the first is what the sync asks by default. */
export function formsAt(scrapeIntervalSeconds: number): Form[] {
  return [
    { name: 'subquery of 1 min (the default)', promql: computeByteSeconds(60).promql },
    { name: 'subquery of 5 min', promql: computeByteSeconds(300).promql },
    { name: `raw samples × ${scrapeIntervalSeconds} s`, promql: rawSamples(scrapeIntervalSeconds) },
    { name: 'joined at every minute', promql: joinedAtEveryStep(60) },
  ];
}

/** Every sample that was scraped, times the interval between scrapes, which has to be known. */
function rawSamples(scrapeIntervalSeconds: number): string {
  return `sum by (namespace, ${USERNAME_ANNOTATION}) (
  sum by (namespace, pod, ${USERNAME_ANNOTATION}) (count_over_time(${ANNOTATIONS}[1d]))
  / on (namespace, pod) group_left ()
  sum by (namespace, pod) (count_over_time(${ANNOTATIONS}[1d]))
  * on (namespace, pod) group_left ()
  sum by (namespace, pod) (sum_over_time(${REQUESTS}[1d]))
) * ${scrapeIntervalSeconds}`;
}

/** Finds the person of every pod at every step. */
function joinedAtEveryStep(stepSeconds: number): string {
  return `sum_over_time((
  sum by (namespace, ${USERNAME_ANNOTATION}) (
    max by (namespace, pod, container) (${REQUESTS})
    * on (namespace, pod) group_left (${USERNAME_ANNOTATION})
    group by (namespace, pod, ${USERNAME_ANNOTATION}) (${ANNOTATIONS})
  )
)[1d:${stepSeconds}s]) * ${stepSeconds}`;
}
