import { asDatabaseUnavailable, DatabaseNotMigrated, DatabaseUnavailable } from './database-unavailable.js';

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
    ['53300', 'the database has no capacity left'],
    ['57014', 'the database took too long'],
  ])('%s says: %s', (code, message) => {
    const fault = asDatabaseUnavailable(pgError(code));
    expect(fault).toBeInstanceOf(DatabaseUnavailable);
    expect((fault as Error).message).toBe(message);
  });

  it.each(['3F000', '42P01', '42703'])('%s means that it is not migrated', (code) => {
    expect(asDatabaseUnavailable(pgError(code))).toBeInstanceOf(DatabaseNotMigrated);
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
