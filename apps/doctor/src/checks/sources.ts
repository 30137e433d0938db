import { hubOfNamespace, type AttributionConfig } from '#libs/domain';
import { UNLABELLED, type ClusterMetrics } from '#libs/prometheus';
import { failure, ok, skipped, warning, type Finding } from '../finding.js';

/** A sample is current for five minutes, and a step of the resolution is one: above two, a lost scrape shows. */
const LONGEST_INTERVAL_SECONDS = 120;

/** Whose series they are, how often they are scraped, and whether each hub's exporter is there. */
export function judgeSources(attribution: AttributionConfig, metrics: ClusterMetrics, selector: string): Finding[] {
  return [judgeClusters(metrics, selector), judgeInterval(metrics), ...judgeExporters(attribution, metrics)];
}

function judgeClusters({ clusterLabels }: ClusterMetrics, selector: string): Finding {
  const check = 'clusters in Prometheus';
  if (clusterLabels.length === 0) {
    return ok(check, selector === '' ? 'one' : `one, selected by ${selector}`);
  }
  const labels = clusterLabels.filter((label) => label !== UNLABELLED);
  const told =
    labels.length === 0
      ? 'there are several namespaces kube-system'
      : `requests of pods have several values of ${labels.join(', ')} at once`;
  const found = `${told}: other clusters are stored here too`;
  const remedy = `PROMETHEUS_SELECTOR: what selects this cluster, such as ${labels[0] ?? 'cluster'}="<its value>"`;
  return selector === ''
    ? failure(check, `${found}; the sync refuses them`, `set ${remedy}`)
    : warning(check, `${found}, and ${selector} selects more than one`, `correct ${remedy}`);
}

function judgeInterval({ scrapeSeconds }: ClusterMetrics): Finding {
  const check = 'scrape interval';
  if (scrapeSeconds === undefined)
    return skipped(check, 'too few samples of kube-state-metrics in the last three hours');
  const found = `kube-state-metrics is scraped every ${Math.round(scrapeSeconds)} s`;
  if (scrapeSeconds <= LONGEST_INTERVAL_SECONDS) return ok(check, found);
  return warning(
    check,
    `${found}: short sessions are missed, and from five minutes on usage has holes`,
    'set scrape_interval of that job to 1m or less',
  );
}

/** @returns a finding for each hub and dataset, or one that says that all are there. */
function judgeExporters(attribution: AttributionConfig, { awayExporters }: ClusterMetrics): Finding[] {
  if (awayExporters.length === 0) {
    return [ok('exporters of hubs', 'each that was there in the last seven days was there in the last hour')];
  }
  return awayExporters.map(({ dataset, namespace, lastSeen }) => {
    const hub = hubOfNamespace(attribution, namespace);
    const exporter = dataset === 'memberships' ? 'jupyterhub-groups-exporter' : 'prometheus-dirsize-exporter';
    return warning(
      `exporter of ${hub}`,
      `${dataset} of hub ${hub}: no sample since the hour before ${lastSeen.toISOString().slice(0, 16)} UTC`,
      `look at ${exporter} in namespace ${namespace} and its target in Prometheus; if the hub is gone, nothing: after seven days it is not expected any more`,
    );
  });
}
