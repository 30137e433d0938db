import { OperatorError } from '#libs/domain';
import { describeFault } from './describe-fault.js';
import pg from 'pg';
import { QueryFailedError } from 'typeorm';

function refusedBy(code: string, message: string): QueryFailedError {
  const refused = Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code });
  return new QueryFailedError('INSERT INTO user_usage VALUES ($1)', ['alice'], refused);
}

describe('a fault is described in the words of its owner', () => {
  it('what a source says of itself is passed on, without a stack', () => {
    const error = new OperatorError('Cost Explorer has no cost with the tag 2i2c:hub-name');
    expect(describeFault(error)).toEqual({ message: error.message });
  });

  it('their words are made harmless, and a stack keeps its lines', () => {
    expect(describeFault(new OperatorError('a\r\n\u001b[2Jb')).message).toBe(String.raw`a\r\n\u{1b}[2Jb`);
    expect(describeFault(refusedBy('53100', 'no space\u202e')).message).toBe(
      String.raw`the database has no capacity left: no space\u{202e}`,
    );
    expect(describeFault(new TypeError('a\n\u001bb')).stack).toMatch(/^TypeError: a\\n\\u\{1b\}b\n +at .*\n +at /);
  });

  it.each([
    ['57P01', 'terminating connection due to administrator command', 'the database cannot be reached'],
    ['53100', 'could not extend file "base/5/16411": No space left on device', 'the database has no capacity left'],
    ['53300', 'sorry, too many clients already', 'the database has no connection free'],
    ['28P01', 'password authentication failed for user "costs"', 'the database refused the credentials'],
    ['40P01', 'deadlock detected', 'the database cancelled the statement in favour of others'],
  ])('a database that is away, full or refuses the role (%s) says so itself', (code, message, sentence) => {
    expect(describeFault(refusedBy(code, message))).toEqual({ message: `${sentence}: ${message}` });
  });

  it('a missing right names the remedy and no table', () => {
    const { message, stack } = describeFault(refusedBy('42501', 'permission denied for table user_usage'));
    expect(message).toMatch(/^the database role lacks a right/);
    expect([message.includes('user_usage'), stack]).toEqual([false, undefined]);
  });

  it.each([
    ['23514', 'new row for relation "usage_days" violates check constraint "usage_days_coverage"'],
    ['42703', 'column "amount" does not exist'],
    ['55P03', 'could not obtain lock on relation "sync_runs"'],
  ])(
    'what the database refuses of our own statement (%s) is internal: its words are for the debug log',
    (code, words) => {
      const { message, stack, detail } = describeFault(refusedBy(code, words));
      expect([message, detail]).toEqual(['internal error', words]);
      expect(stack).toMatch(/^\s+at .*describe-fault\.spec/);
      for (const secret of ['relation', 'constraint', 'INSERT', 'alice', 'column']) expect(stack).not.toContain(secret);
    },
  );

  it('a TypeError of our own says so, with its stack', () => {
    const { message, stack } = describeFault(new TypeError("Cannot read properties of undefined (reading 'day')"));
    expect(message).toBe('internal error: TypeError');
    expect(stack).toContain("reading 'day'");
    expect(stack).toContain('describe-fault.spec');
  });

  it('a connection that broke is not ours, whatever it is called', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    expect(describeFault(refused)).toEqual({
      message: 'the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
    });
    expect(describeFault(new AggregateError([refused, refused])).message).toBe(
      'the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED 127.0.0.1:1',
    );
    expect(describeFault(new Error('Connection terminated unexpectedly'))).toEqual({
      message: 'the database cannot be reached: Connection terminated unexpectedly',
    });
  });
});
