import { parseArgs } from 'node:util';
import { addDays, isDay, OperatorError, type Day, type DayWindow } from '#libs/domain';

/** What the process was started to do: keep the schedule, run once, or read a window of days again and end. */
export type Command =
  | { readonly kind: 'schedule' }
  | { readonly kind: 'once'; readonly acceptsLostTags: boolean }
  | { readonly kind: 'backfill'; readonly window: DayWindow; readonly acceptsLostTags: boolean };

export const USAGE = `usage:
  npm run start:sync                            run on the schedule of SYNC_CRON
  npm run start:sync -- --once                  run once and end
  npm run start:sync -- --backfill FROM TO      read the days FROM to TO (YYYY-MM-DD, both included) again and end
  … --accept-lost-tags                          with either of them: store costs although a tag has vanished from them
`;

/** The command line makes no sense; the message says why, without the usage text. */
export class ArgumentError extends OperatorError {}

/**
 * Parses the arguments after the script's name.
 *
 * @throws ArgumentError for anything but one of the three commands, and for days that do not exist, lie in the future
 *   or come in the wrong order.
 */
export function parseArguments(argv: readonly string[], today: Day): Command {
  const { values, positionals } = readOptions(argv);
  if (values.once && values.backfill) throw new ArgumentError('--once and --backfill exclude each other');
  const acceptsLostTags = values['accept-lost-tags'] ?? false;
  if (values.backfill) {
    return { kind: 'backfill', window: parseBackfillWindow(positionals, today), acceptsLostTags };
  }
  if (positionals.length > 0) throw new ArgumentError(`unexpected argument: ${positionals[0]}`);
  if (values.once) return { kind: 'once', acceptsLostTags };
  if (acceptsLostTags) throw new ArgumentError('--accept-lost-tags is for --once and --backfill: it holds for one run');
  return { kind: 'schedule' };
}

/** npm takes options that stand before a `--` for its own, and tells the process of them in its environment. */
export function warnOfLostArguments(
  { kind }: Command,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const lost = (['once', 'backfill'] as const).find((name) => environment[`npm_config_${name}`] !== undefined);
  if (kind !== 'schedule' || lost === undefined) return [];
  const meant = `npm run start:sync -- --${lost}${lost === 'backfill' ? ' FROM TO' : ''}`;
  return [`npm kept --${lost} for itself, so that this runs on the schedule: is \`${meant}\` meant?`];
}

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        once: { type: 'boolean' },
        backfill: { type: 'boolean' },
        'accept-lost-tags': { type: 'boolean' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    // Node's own message goes on with advice that fits no argument of ours.
    throw new ArgumentError((error as Error).message.replace(/\. To specify .*$/s, ''));
  }
}

function parseBackfillWindow(positionals: readonly string[], today: Day): DayWindow {
  const [from, to, ...rest] = positionals;
  if (from === undefined || to === undefined || rest.length > 0) {
    throw new ArgumentError(`--backfill takes two days, FROM and TO; ${positionals.length} given`);
  }
  for (const [name, text] of [
    ['FROM', from],
    ['TO', to],
  ] as const) {
    if (!isDay(text)) throw new ArgumentError(`${name} is not a day such as 2026-01-31: ${text}`);
    if (text > today) throw new ArgumentError(`${name} lies in the future: ${text} (today is ${today} in UTC)`);
  }
  if (from > to) throw new ArgumentError(`FROM lies after TO: ${from} > ${to}`);
  return { from, until: addDays(to, 1) };
}
