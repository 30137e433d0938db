import {
  asDatabaseUnavailable,
  asUnconnected,
  DatabaseBusy,
  DatabaseNotMigrated,
  DatabaseUnavailable,
} from './database-unavailable.js';

const pgError = (code: string) => Object.assign(new Error('relation "x" at 10.0.0.1'), { code });

describe('a fault of the database', () => {
  it.each([
    ['ECONNREFUSED', 'the database cannot be reached'],
    ['57P01', 'the database cannot be reached'],
    ['57P03', 'the database cannot be reached'],
    ['08006', 'the database cannot be reached'],
    ['28P01', 'the database refused the credentials'],
    ['3D000', 'the database does not exist'],
    ['42501', 'the database role may not read the schema reporting'],
    ['53100', 'the database has no capacity left'],
    ['57014', 'the database took too long'],
    ['40001', 'the database cancelled the statement in favour of others'],
    ['57P05', 'the database cannot be reached'],
    ['25P03', 'the database cannot be reached'],
    ['58030', 'the database has a fault of its own'],
  ])('%s says: %s', (code, message) => {
    const fault = asDatabaseUnavailable(pgError(code));
    expect(fault).toBeInstanceOf(DatabaseUnavailable);
    expect((fault as Error).message).toBe(message);
  });

  it.each(['3F000', '42P01', '42703'])('%s means that it is not migrated', (code) => {
    expect(asDatabaseUnavailable(pgError(code))).toBeInstanceOf(DatabaseNotMigrated);
  });

  it('53300 means that it is busy, and so does a pooler that is full', () => {
    const full = Object.assign(new Error('no more connections allowed (max_client_conn)'), { code: '08P01' });
    for (const error of [pgError('53300'), full]) {
      expect(asDatabaseUnavailable(error)).toBeInstanceOf(DatabaseBusy);
      expect(asDatabaseUnavailable(error)).toMatchObject({ message: 'the database has no connection free' });
    }
  });

  it.each([
    [
      'transaction blocks not allowed in statement pooling mode',
      'DATABASE_URL leads to a pooler in statement mode, which knows no transactions',
    ],
    ['unsupported startup parameter: options', 'the pooler refuses a parameter that DATABASE_URL sets'],
  ])('of a pooler says so: %s', (text, message) => {
    expect(asDatabaseUnavailable(Object.assign(new Error(text), { code: '08P01' }))).toMatchObject({ message });
  });

  it('that nobody knows is one all the same while a connection is made', () => {
    const fault = asUnconnected(new Error('something at /etc/ssl/private.pem'));
    expect(fault.message).toBe('the database cannot be reached');
  });

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])(
    'pg’s “%s” too',
    (text) => {
      expect(asDatabaseUnavailable(new Error(text))).toBeInstanceOf(DatabaseUnavailable);
    },
  );

  it('is not what a faulty question is', () => {
    const syntax = pgError('42601');
    expect(asDatabaseUnavailable(syntax)).toBe(syntax);
    const division = pgError('22012');
    expect(asDatabaseUnavailable(division)).toBe(division);
  });
});
