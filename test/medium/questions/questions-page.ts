import { readFileSync } from 'node:fs';
import { addDays, firstOfMonth, type Day } from '#libs/domain';

/** A question of docs/questions.md: its REST calls, its SQL, and the panels that it names. */
export interface Question {
  readonly paths: readonly string[];
  readonly sql: string;
  readonly dashboard: string;
}

/** The page's questions in order, with its days moved from 2026-11-28 to today. */
export function readQuestions(today: Day, replacements: Readonly<Record<string, string>> = {}): Question[] {
  const days: Readonly<Record<string, string>> = {
    '2026-09-01': firstOfMonth(today, -2),
    '2026-10-01': firstOfMonth(today, -1),
    '2026-10-31': addDays(firstOfMonth(today), -1),
    '2026-11-27': addDays(today, -1),
    ...replacements,
  };
  const pattern = new RegExp(Object.keys(days).join('|'), 'g');
  const [, ...sections] = readFileSync('docs/questions.md', 'utf8').split(/^## \d+\. /m);
  return sections.map((section) => {
    const moved = section.replaceAll(pattern, (day) => days[day]!);
    return {
      paths: [...moved.matchAll(/curl -s 'http:\/\/localhost:8080([^']+)'/g)].map(([, path]) => path!),
      sql: /```sql\n(.*?)```/s.exec(moved)?.[1] ?? '',
      dashboard: /^Dashboard: (.*)$/m.exec(section)?.[1] ?? '',
    };
  });
}

/** Titles of dashboards, each with those of its panels. */
export function readDashboards(): Map<string, string[]> {
  const files = ['cloud-costs', 'user-costs', 'group-costs', 'sync-health'];
  interface Panel {
    readonly title: string;
    readonly panels?: readonly Panel[];
  }
  const titles = (panels: readonly Panel[]): string[] =>
    panels.flatMap((panel) => [panel.title, ...titles(panel.panels ?? [])]);
  return new Map(
    files.map((file) => {
      const { title, panels } = JSON.parse(readFileSync(`grafana/dashboards/${file}.json`, 'utf8')) as {
        title: string;
        panels: readonly Panel[];
      };
      return [title, titles(panels)];
    }),
  );
}
