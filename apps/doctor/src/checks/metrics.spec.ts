import type { ClusterCounts } from '#libs/prometheus';
import { judgeMetrics } from './metrics.js';

const HEALTHY: ClusterCounts = {
  memoryRequests: 120,
  placedRequests: 118,
  annotations: 90,
  namedPods: 40,
  namedPodsWithRequest: 40,
  spawnedPodsWithoutName: 0,
  directorySeries: 30,
  labelledDirectories: 30,
  groupSeries: 55,
  escapedGroupSeries: 55,
  renamedSeries: 0,
  podPhases: 200,
  endedPods: 0,
  nodeTypes: 3,
  purposeNodes: 3,
  allocatableNodes: 3,
};

const complaints = (change: Partial<ClusterCounts>) =>
  judgeMetrics({ ...HEALTHY, ...change }).filter(({ status }) => status !== 'ok');

describe('the metrics that usage is made of', () => {
  it('are fine when each is there with its labels', () => {
    expect(complaints({})).toEqual([]);
  });

  it.each<[string, Partial<ClusterCounts>, string, RegExp, RegExp]>([
    ['no kube-state-metrics', { memoryRequests: 0, placedRequests: 0 }, 'failure', /no series/, /kube-state-metrics/],
    ['no label node', { placedRequests: 0 }, 'failure', /none of 120 series .* label node/, /labeldrop of node/],
    [
      'labels that the scrape renamed',
      { renamedSeries: 9 },
      'warning',
      /9 series .* exported_namespace/,
      /honor_labels: true/,
    ],
    ['no phases', { podPhases: 0 }, 'warning', /kube_pod_status_phase has no series/, /kube_pod_status_phase/],
    ['ended pods', { endedPods: 2 }, 'warning', /2 Succeeded or Failed pods .* left out/, /kubectl delete pods/],
    [
      'no labels of nodes',
      { nodeTypes: 0 },
      'warning',
      /no series of kube_node_labels with label_node_kubernetes_io_instance_type:/,
      /--metric-labels-allowlist=nodes=/,
    ],
    [
      'no label of core nodes',
      { purposeNodes: 0 },
      'warning',
      /label of core nodes: .* shown as idle/,
      /--metric-labels-allowlist .* coreNodeLabel/,
    ],
    [
      'nothing allocatable',
      { allocatableNodes: 0 },
      'warning',
      /no series of kube_node_status_allocatable:/,
      /node metrics/,
    ],
    [
      'no annotation at all',
      { annotations: 0, namedPods: 0 },
      'failure',
      /kube_pod_annotations has no series/,
      /--metric-annotations-allowlist=pods=\[hub\.jupyter\.org\/username\]/,
    ],
    [
      'user pods without the annotation',
      { namedPods: 0, spawnedPodsWithoutName: 3 },
      'failure',
      /lacks the label annotation_hub_jupyter_org_username/,
      /--metric-annotations-allowlist/,
    ],
    ['nobody at work for a day', { namedPods: 0 }, 'warning', /cannot be told/, /run the doctor again/],
    [
      'no dirsize exporter',
      { directorySeries: 0, labelledDirectories: 0 },
      'failure',
      /unallocated/,
      /dirsize-exporter/,
    ],
    ['directories without a namespace', { labelledDirectories: 0 }, 'failure', /lacks the labels/, /namespace/],
    ['no groups exporter', { groupSeries: 0, escapedGroupSeries: 0 }, 'warning', /guessed/, /groups-exporter/],
    ['groups without a label', { escapedGroupSeries: 0 }, 'failure', /username_escaped/, /upgrade/],
  ])('%s', (_what, change, status, found, remedy) => {
    expect(complaints(change)).toEqual([
      expect.objectContaining({
        status,
        found: expect.stringMatching(found),
        remedy: expect.stringMatching(remedy),
      }),
    ]);
  });
});
