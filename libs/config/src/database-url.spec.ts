import { parseApiConfig } from './api-config.js';
import { ConfigurationError } from './environment.js';
import { parseSyncConfig } from './sync-config.js';

const SYNC = { CLUSTER_NAME: 'hub', PROMETHEUS_URL: 'http://prometheus' };

/** What both processes say of a URL; they must agree. */
function faultsOf(url: string): readonly string[] {
  const [api, sync] = [
    () => parseApiConfig({ DATABASE_URL: url }),
    () => parseSyncConfig({ ...SYNC, DATABASE_URL: url }),
  ].map((parse) => {
    try {
      parse();
      return [];
    } catch (error) {
      return (error as ConfigurationError).faults;
    }
  });
  expect(sync).toEqual(api);
  return api!;
}

describe('DATABASE_URL', () => {
  it.each([
    'postgres://user:password@host:5432/costs',
    'postgresql://host/costs',
    'postgres:///costs',
    'postgres://u:p@[::1]:5432/costs',
    'postgres://u:p%40s%2Fs%23%3F%25@host/costs',
    'postgres://u:p:s!$&()*+,;=~^ü@host/costs',
    'postgres://u:p@/costs?host=/cloudsql/project:region:instance',
    'postgres://u:p@host/costs?sslmode=verify-full&sslrootcert=/etc/ssl/rds.pem',
    'postgres://u:p@host/costs?options=-c%20search_path%3Dcosts',
  ])('%s is taken by both processes', (url) => {
    expect(faultsOf(url)).toEqual([]);
  });

  it.each([
    'postgres://u:SECRET%@host/costs',
    'postgres://u:SECRET%zz@host/costs',
    'postgres://u:SECRET%ff@host/costs',
    'postgres://u:SEC@RET@host/costs',
    'postgres://u:SEC/RET@host/costs',
    'postgres://u:12/SECRET@host/costs',
    'postgres://u:12#SECRET@host/costs',
    'postgres://u:SEC#RET@host/costs',
    'postgres://u:12?SECRET@host/costs',
    'postgres://u:SEC?RET@host/costs',
    'postgres://u:SEC RET@host/costs',
    'postgres://u:SEC@RET/x@host/costs',
    'postgres://us@SECRET:p@host/costs',
  ])('%s must be percent-encoded, which is said without any of it', (url) => {
    const [fault] = faultsOf(url);
    expect(fault).toMatch(/^DATABASE_URL: a character of the user name or the password must be percent-encoded/);
    expect(fault).not.toMatch(/SEC|RET|12/);
  });

  it.each(['mysql://u:SECRET@host/costs', 'host:5432', 'postgres://u:SECRET@host:port/costs', 'postgres:costs'])(
    '%s is no such URL',
    (url) => {
      expect(faultsOf(url)).toEqual([
        'DATABASE_URL: must be a URL such as postgres://user:password@host:5432/database',
      ]);
    },
  );

  it.each(['postgres://u:SECRET@host/costs\n', ' postgres://host/costs', 'postgres://host/costs\r\n'])(
    '%j has a line break or white space at an end, which is said',
    (url) => {
      expect(faultsOf(url)).toEqual([
        expect.stringMatching(/^DATABASE_URL: begins or ends with white space or a line/),
      ]);
    },
  );

  it('of a parameter that is there twice neither is taken', () => {
    expect(faultsOf('postgres://host/costs?sslmode=verify-full&sslmode=disable')).toEqual([
      'DATABASE_URL: has a parameter twice',
    ]);
  });

  it('a mode of TLS that nobody knows is not taken for another', () => {
    expect(faultsOf('postgres://host/costs?sslmode=verify-ful')).toEqual([
      'DATABASE_URL: sslmode must be one of disable, prefer, require, verify-ca, verify-full, no-verify',
    ]);
  });
});
