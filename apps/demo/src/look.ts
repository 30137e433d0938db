import { addDays, firstOfMonth, type Day } from '#libs/domain';

const TOP = 5;
const DAYS = 30;

interface UserRow {
  readonly user: string | null;
  readonly value: number;
}
interface HubRow {
  readonly name: string;
  readonly cost: string;
}
interface GroupRow {
  readonly cost: number;
  readonly reason: string | null;
}

/** What there is to see, in the terminal: asked of the API as anybody would ask. */
export async function look(url: string, today: Day): Promise<string> {
  const days = `from=${addDays(today, 1 - DAYS)}&to=${today}`;
  const month = `from=${firstOfMonth(today)}&to=${today}`;
  const rows = async <Row>(path: string): Promise<Row[]> => (await (await fetch(url + path)).json()) as Row[];
  const all = `${days}&step=all&precision=exact`;
  const people = await rows<UserRow>(`/costs_per_user?${all}&groups=split&per=person&limit=${TOP}`);
  const hubs = await rows<HubRow>(`/total_costs_per_hub?${month}&step=all`);
  const unborne = await rows<GroupRow>(`/total_costs_per_group?${all}&groups=split&unallocated=include`);
  return [
    table(`The five people with the highest costs, ${DAYS} days`, sums(people, 'user', 'value')),
    table(`This month so far, by hub`, sums(hubs, 'name', 'cost')),
    table(
      `What nobody bears, ${DAYS} days, by reason`,
      sums(
        unborne.filter(({ reason }) => reason !== null),
        'reason',
        'cost',
      ),
    ),
  ].join('\n');
}

/** Adds up the amounts of each name, the highest first; for cents, floating point is good enough. */
function sums<Row>(rows: readonly Row[], name: keyof Row, amount: keyof Row): [string, number][] {
  const amounts = new Map<string, number>();
  for (const row of rows) {
    const key = String(row[name]);
    amounts.set(key, (amounts.get(key) ?? 0) + Number(row[amount]));
  }
  return [...amounts].sort(([, a], [, b]) => b - a);
}

function table(title: string, rows: readonly [string, number][]): string {
  const width = Math.max(...rows.map(([name]) => name.length), 0);
  const lines = rows.map(([name, amount]) => `  ${name.padEnd(width)}  ${amount.toFixed(2).padStart(10)} USD\n`);
  return `${title}\n${lines.join('') || '  nothing\n'}`;
}
