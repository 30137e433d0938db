import { describeApiSettings, parseApiConfig } from './api-config.js';

describe("the API's configuration", () => {
  it('needs a database, and nothing of AWS or Prometheus', () => {
    expect(parseApiConfig({ DATABASE_URL: 'postgresql://api@db/costs' })).toEqual({
      databaseUrl: 'postgresql://api@db/costs',
      databasePoolSize: 10,
      port: 8080,
      host: undefined,
      metricsPort: undefined,
      clusterName: undefined,
      tokens: undefined,
    });
  });

  it('reads its port as a number', () => {
    expect(parseApiConfig({ DATABASE_URL: 'postgres://db/costs', PORT: '80' }).port).toBe(80);
  });

  it.each(['::', '0.0.0.0', '127.0.0.1', 'fd00::7', 'localhost'])('listens on %s', (HOST) => {
    expect(parseApiConfig({ DATABASE_URL: 'postgres://db/costs', HOST }).host).toBe(HOST);
  });

  it.each(['[::1]', '127.0.0.1:8080', 'http://0.0.0.0', 'a b'])('does not take %s for an address', (HOST) => {
    const parse = () => parseApiConfig({ DATABASE_URL: 'postgres://db/costs', HOST });
    expect(parse).toThrow('HOST: must be an address to listen on');
  });

  it('wants another port for the metrics', () => {
    const variables = { DATABASE_URL: 'postgres://db/costs', METRICS_PORT: '9090' };
    expect(parseApiConfig(variables).metricsPort).toBe(9090);
    expect(() => parseApiConfig({ ...variables, PORT: '9090' })).toThrow(
      '  - METRICS_PORT: must be another port than PORT',
    );
  });

  it('reads how many connections to the database it may hold', () => {
    const url = { DATABASE_URL: 'postgres://db/costs' };
    expect(parseApiConfig({ ...url, DATABASE_POOL_SIZE: '2' }).databasePoolSize).toBe(2);
    for (const size of ['1', '0', '-3', '2.5', 'ten', '1000']) {
      expect(() => parseApiConfig({ ...url, DATABASE_POOL_SIZE: size })).toThrow(
        'DATABASE_POOL_SIZE: must be a number of connections from 2 to 999',
      );
    }
  });

  it('names all faults at once, in a message that begins each with its variable', () => {
    expect(() => parseApiConfig({ PORT: 'http', CLUSTER_NAME: 'quote"' })).toThrow(
      [
        'the environment is not usable:',
        '  - DATABASE_URL: is required: a URL such as postgres://user:password@host:5432/database',
        '  - PORT: must be a port from 0 to 65535',
        '  - CLUSTER_NAME: must be 1 to 128 letters, digits, spaces or . : / = + - @ _',
      ].join('\n'),
    );
  });
});

it('shows the settings in force without the key of sessions', () => {
  const settings = describeApiSettings({ DATABASE_URL: 'postgres://db/costs', SESSION_KEY: 'c2VjcmV0,b2xkZXI=' });
  expect(settings).toContain('SESSION_KEY=(set)');
  expect(settings.join()).not.toMatch(/c2VjcmV0|b2xkZXI/);
});
