import { startOfDay } from '#libs/domain';
import { makeEstate } from '../estate/index.js';
import { historyText } from './history.js';
import { liveText } from './live.js';

const estate = makeEstate({ today: '2026-11-20' });
const HISTORY = {
  from: startOfDay('2026-11-15'),
  until: startOfDay('2026-11-17'),
  scrapeIntervalSeconds: 60,
  directoryIntervalSeconds: 3600,
};
const SAMPLE = /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\}) (\d+(?:\.\d+)?)(?: (\d+(?:\.\d+)?))?$/;
const FAMILIES = [
  'kube_pod_container_resource_requests',
  'kube_pod_annotations',
  'kube_pod_status_phase',
  'dirsize_total_size_bytes',
  'jupyterhub_user_group_info',
  'kube_node_labels',
  'kube_node_status_allocatable',
  'container_memory_working_set_bytes',
  'container_cpu_usage_seconds_total',
];

async function linesOf(history: Parameters<typeof historyText>[1]): Promise<string[]> {
  let text = '';
  for await (const chunk of historyText(estate, history)) text += chunk;
  expect(text.endsWith('# EOF\n')).toBe(true);
  return text.split('\n').slice(0, -2);
}

describe('the history as OpenMetrics text', () => {
  it('keeps each family together, each series together, and time going forward', async () => {
    const families: string[] = [];
    const finished = new Set<string>();
    const misplaced: string[] = [];
    let current = { series: '', at: 0 };
    for (const line of await linesOf(HISTORY)) {
      if (line.startsWith('# TYPE ')) families.push(line.split(' ')[2]!);
      if (line.startsWith('#')) continue;
      const [, family, labels, , at] = SAMPLE.exec(line) ?? [];
      const series = `${family}${labels}`;
      const isContinued = series === current.series && Number(at) > current.at;
      if (family?.replace(/_total$/, '') !== families.at(-1) || (!isContinued && finished.has(series)))
        misplaced.push(line);
      finished.add(series);
      current = { series, at: Number(at) };
    }
    expect(misplaced).toEqual([]);
    expect(families).toEqual(FAMILIES.map((family) => family.replace(/_total$/, '')));
    expect(finished.size).toBeGreaterThan(200);
  });

  it('has samples of the window, and of the minute before it, alone', async () => {
    const instants = (await linesOf(HISTORY)).flatMap((line) => SAMPLE.exec(line)?.[4] ?? []).map(Number);
    expect(Math.min(...new Set(instants))).toBe(HISTORY.from.getTime() / 1000 - 49);
    expect(Math.max(...new Set(instants))).toBeLessThan(HISTORY.until.getTime() / 1000);
  });

  it('has nothing of a lost day, nor what would last until its first minutes, where scrapes are five minutes apart', async () => {
    const lines = await linesOf({ ...HISTORY, lostDays: ['2026-11-16'] });
    const instants = lines.flatMap((line) => SAMPLE.exec(line)?.[4] ?? []).map(Number);
    expect(Math.max(...new Set(instants))).toBeLessThan(startOfDay('2026-11-16').getTime() / 1000 - 330);
  });

  it('has waiting pods with an empty node, and escapes names', async () => {
    const text = (await linesOf(HISTORY)).join('\n');
    const has = (part: string) => text.includes(part);
    expect(has('node="",resource="memory",unit="byte"')).toBe(true);
    expect(has('username="the \\"quoted\\" one"')).toBe(true);
    expect(has('username="back\\\\slash"')).toBe(true);
    expect(has('username="🦉owl",username_escaped="-f0-9f-a6-89owl",username_safe="owl---')).toBe(true);
  });

  it('misses people in some scrapes when the exporter refills, never on the whole day', async () => {
    const people = async (groupDropouts: number) => {
      const lines = (await linesOf({ ...HISTORY, groupDropouts })).filter((line) => line.startsWith('jupyterhub'));
      return { count: lines.length, series: new Set(lines.map((line) => SAMPLE.exec(line)![2])) };
    };
    const [whole, lossy] = [await people(0), await people(0.3)];
    expect(lossy.count).toBeLessThan(whole.count * 0.95);
    expect(lossy.series).toEqual(whole.series);
  });
});

describe('the live metrics', () => {
  it('are the same families without timestamps, of the pods that exist at the instant', () => {
    const now = new Date('2026-11-16T14:00:00Z');
    const lines = liveText(estate, now).trimEnd().split('\n');
    expect(lines.at(-1)).toBe('# EOF');
    const samples = lines.filter((line) => !line.startsWith('#')).map((line) => SAMPLE.exec(line)!);
    expect(new Set(samples.map(([, family]) => family))).toEqual(new Set(FAMILIES));
    expect(samples.every(([, , , , at]) => at === undefined)).toBe(true);
    const existing = estate
      .sessionsOn('2026-11-16')
      .filter(({ createdMs, endMs }) => createdMs <= now.getTime() && now.getTime() < endMs);
    expect(existing.length).toBeGreaterThan(3);
    expect(samples.filter(([, , labels]) => labels!.includes('annotation_hub')).length).toBe(existing.length);
  });
});
