import { ArgumentError, parseArguments, warnOfLostArguments } from './arguments.js';

const TODAY = '2026-11-24';
const parse = (...argv: string[]) => parseArguments(argv, TODAY);

describe('the command line of the sync', () => {
  it('keeps the schedule when nothing is asked for', () => {
    expect(parse()).toEqual({ kind: 'schedule' });
  });

  it('runs once with --once', () => {
    expect(parse('--once')).toEqual({ kind: 'once', acceptsLostTags: false });
  });

  it('takes both days of --backfill as included', () => {
    expect(parse('--backfill', '2026-02-27', '2026-02-28')).toEqual({
      kind: 'backfill',
      window: { from: '2026-02-27', until: '2026-03-01' },
      acceptsLostTags: false,
    });
  });

  it('takes one day, and today, as a backfill', () => {
    expect(parse('--backfill', TODAY, TODAY)).toEqual({
      kind: 'backfill',
      window: { from: '2026-11-24', until: '2026-11-25' },
      acceptsLostTags: false,
    });
  });

  it('takes costs that have lost a tag when told to, in one run', () => {
    expect(parse('--once', '--accept-lost-tags')).toEqual({ kind: 'once', acceptsLostTags: true });
    expect(parse('--backfill', TODAY, TODAY, '--accept-lost-tags')).toMatchObject({ acceptsLostTags: true });
  });

  it.each([
    [['--backfill'], /two days, FROM and TO; 0 given/],
    [['--backfill', '2026-01-01'], /two days, FROM and TO; 1 given/],
    [['--backfill', '2026-01-01', '2026-01-02', '2026-01-03'], /3 given/],
    [['--backfill', '2026-02-30', '2026-03-01'], /FROM is not a day.*2026-02-30/],
    [['--backfill', '2026-02-01', '2026-2-3'], /TO is not a day.*2026-2-3/],
    [['--backfill', '2026-11-01', '2026-11-25'], /TO lies in the future: 2026-11-25 \(today is 2026-11-24 in UTC\)/],
    [['--backfill', '2026-11-02', '2026-11-01'], /FROM lies after TO/],
    [['--once', '--backfill', '2026-01-01', '2026-01-02'], /exclude each other/],
    [['--once', 'now'], /unexpected argument: now/],
    [['--onec'], /--onec/],
    [['--accept-lost-tags'], /--accept-lost-tags is for --once and --backfill/],
  ])('refuses %j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(ArgumentError);
    expect(() => parse(...argv)).toThrow(message);
  });
});

describe('an option that npm kept for itself', () => {
  it('is told, with the command that was meant', () => {
    expect(warnOfLostArguments(parse(), { npm_config_once: 'true' })).toEqual([
      expect.stringContaining('is `npm run start:sync -- --once` meant?'),
    ]);
    expect(warnOfLostArguments(parse(), { npm_config_backfill: 'true' })).toEqual([
      expect.stringContaining('is `npm run start:sync -- --backfill FROM TO` meant?'),
    ]);
  });

  it('is none where the option arrived, or nobody gave it', () => {
    expect(warnOfLostArguments(parse('--once'), { npm_config_once: 'true' })).toEqual([]);
    expect(warnOfLostArguments(parse(), { npm_config_cache: '/tmp' })).toEqual([]);
  });
});
