import { databaseOfFile, type TestDatabase } from '../../support/database.js';
import { fillEstate } from './estate.js';
import { RunningApi } from './running-api.js';

/** The API on the estate, answering for `alpha`, from before a file's first test until after its last. */
export function apiOnEstate(): Pick<RunningApi, 'get' | 'rows' | 'url'> & { readonly databaseUrl: string } {
  let database: TestDatabase;
  let api: RunningApi;

  beforeAll(async () => {
    database = await databaseOfFile();
    await fillEstate(database.url);
    api = await RunningApi.start(database.url, 'alpha');
  });

  return {
    get: (path, headers) => api.get(path, headers),
    rows: (path) => api.rows(path),
    get url() {
      return api.url;
    },
    get databaseUrl() {
      return database.url;
    },
  };
}
