import type { ClusterCounts } from '#libs/prometheus';
import { failure, ok, warning, type Finding } from '../finding.js';

/** Whether the metrics and labels are there that usage is made of. */
export function judgeMetrics(counts: ClusterCounts): Finding[] {
  return [
    judgeRequests(counts),
    ...judgeLabels(counts),
    judgeUsernames(counts),
    judgeEndedPods(counts),
    judgeNodes(counts),
    judgeDirectories(counts),
    judgeGroups(counts),
  ];
}

/** Labels that the scrape renamed are read all the same. */
function judgeLabels({ renamedSeries }: ClusterCounts): Finding[] {
  if (renamedSeries === 0) return [];
  return [
    warning(
      'labels of pods',
      `${renamedSeries} series of kube-state-metrics have exported_namespace, exported_pod or the like: the scrape puts its own labels in their place; they are read all the same`,
      'scrape kube-state-metrics with honor_labels: true (honorLabels of a ServiceMonitor), as its other users expect',
    ),
  ];
}

function judgeEndedPods({ podPhases, endedPods }: ClusterCounts): Finding {
  const check = 'pods that have ended';
  if (podPhases === 0) {
    return warning(
      check,
      'kube_pod_status_phase has no series: a pod that was evicted or has finished is charged until it is deleted',
      'let kube-state-metrics export kube_pod_status_phase (see --metric-allowlist and --metric-denylist)',
    );
  }
  if (endedPods === 0) return ok(check, 'none that is still exported with a request');
  return warning(
    check,
    `${endedPods} Succeeded or Failed pods are still exported with their requests: they hold nothing and are left out`,
    'nothing for the figures; delete them (kubectl delete pods -A --field-selector status.phase=Failed) to tidy up',
  );
}

function judgeNodes({ nodeTypes, purposeNodes, allocatableNodes }: ClusterCounts): Finding {
  const check = 'nodes';
  const missing = [
    ...(nodeTypes === 0 ? ['kube_node_labels with label_node_kubernetes_io_instance_type'] : []),
    ...(allocatableNodes === 0 ? ['kube_node_status_allocatable'] : []),
  ];
  if (missing.length === 0 && purposeNodes === 0) {
    return warning(
      check,
      'no series of kube_node_labels has the label of core nodes: they count as capacity of compute, and are shown as idle',
      'if there are core nodes: name their label in --metric-labels-allowlist of kube-state-metrics, or set coreNodeLabel in ATTRIBUTION_FILE',
    );
  }
  if (missing.length === 0) return ok(check, `instance types of ${nodeTypes} nodes, and what can be allocated on them`);
  return warning(
    check,
    `no series of ${missing.join(' and of ')}: the share that a pod takes of its node is unknown, and memory requests divide compute`,
    'start kube-state-metrics with --metric-labels-allowlist=nodes=[node.kubernetes.io/instance-type,hub.jupyter.org/node-purpose], and keep its node metrics on',
  );
}

function judgeRequests({ memoryRequests, placedRequests }: ClusterCounts): Finding {
  const check = 'memory of pods';
  const metric = 'kube_pod_container_resource_requests{resource="memory"}';
  if (memoryRequests === 0) {
    return failure(
      check,
      `${metric} has no series in the last day`,
      'let this Prometheus scrape kube-state-metrics of the cluster (version 2 or newer), with its pod metrics on',
    );
  }
  if (placedRequests === 0) {
    return failure(
      check,
      `none of ${memoryRequests} series of ${metric} has the label node`,
      'keep the label node when scraping kube-state-metrics (no labeldrop of node)',
    );
  }
  return ok(check, `${memoryRequests} series of ${metric}`);
}

function judgeUsernames({ annotations, namedPods, spawnedPodsWithoutName }: ClusterCounts): Finding {
  const check = 'usernames of pods';
  if (namedPods > 0) return ok(check, `${namedPods} pods bear a username in kube_pod_annotations`);
  if (annotations > 0 && spawnedPodsWithoutName === 0) {
    return warning(
      check,
      'no pod of a user in the last day: whether pods bear usernames cannot be told',
      'start a server on a hub and run the doctor again',
    );
  }
  return failure(
    check,
    annotations === 0
      ? 'kube_pod_annotations has no series'
      : 'kube_pod_annotations lacks the label annotation_hub_jupyter_org_username',
    'start kube-state-metrics with --metric-annotations-allowlist=pods=[hub.jupyter.org/username]',
  );
}

function judgeDirectories({ directorySeries, labelledDirectories }: ClusterCounts): Finding {
  const check = 'home directories';
  if (directorySeries === 0) {
    return failure(
      check,
      'dirsize_total_size_bytes has no series: home storage would stay unallocated',
      'deploy prometheus-dirsize-exporter for each hub and let this Prometheus scrape it',
    );
  }
  if (labelledDirectories === 0) {
    return failure(
      check,
      'dirsize_total_size_bytes lacks the labels namespace and directory',
      'add the label namespace when scraping prometheus-dirsize-exporter (kubernetes_sd: __meta_kubernetes_namespace)',
    );
  }
  return ok(check, `${directorySeries} series of dirsize_total_size_bytes`);
}

function judgeGroups({ groupSeries, escapedGroupSeries }: ClusterCounts): Finding {
  const check = 'groups of users';
  if (groupSeries === 0) {
    return warning(
      check,
      'jupyterhub_user_group_info has no series: groups stay unknown, owners of directories are guessed',
      'deploy jupyterhub-groups-exporter for each hub and let this Prometheus scrape it',
    );
  }
  if (escapedGroupSeries === 0) {
    return failure(
      check,
      'jupyterhub_user_group_info lacks one of the labels namespace, username, username_escaped',
      'upgrade jupyterhub-groups-exporter, and keep its labels when scraping (no labeldrop)',
    );
  }
  return ok(check, `${groupSeries} series of jupyterhub_user_group_info`);
}
