import { Client } from 'pg';
import { apiOnEstate } from './api-on-estate.js';
import { QUESTIONS } from './questions.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';

const api = apiOnEstate();

async function linesOf(path: string): Promise<string[]> {
  const { status, headers, text } = await api.get(path);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
  expect(text).toMatch(/\r\n$/);
  return text.slice(0, -2).split('\r\n');
}

describe('an answer as CSV', () => {
  it('is a header line and a line per row, each text in quotes', async () => {
    expect(await linesOf(`/costs_per_user?${DAYS}&hub=prod&usergroup=research&format=csv`)).toEqual([
      'date,user,hub,component,value,usergroup',
      '"2025-03-01","alice","prod","compute",30.0033,"research"',
      '"2025-03-01","bob","prod","compute",15.0017,"research"',
      '"2025-03-01","bob","prod","home storage",3,"research"',
      '"2025-03-01","alice","prod","home storage",1.5,"research"',
    ]);
  });

  it.each([...QUESTIONS, 'days'])('of /%s has the columns and the rows of the JSON', async (path) => {
    const rows = await api.rows<Record<string, string | number | boolean>>(`/${path}?${DAYS}`);
    expect(rows.length).toBeGreaterThan(0);
    expect(await linesOf(`/${path}?${DAYS}&format=csv`)).toEqual([
      Object.keys(rows[0]!).join(','),
      ...rows.map((row) =>
        Object.entries(row)
          .map(([column, value]) => (typeof value === 'string' && column !== 'cost' ? `"${value}"` : value))
          .join(','),
      ),
    ]);
  });

  it('of an array of names has one column', async () => {
    expect(await linesOf(`/hub_names?${DAYS}&format=csv`)).toEqual(['name', '"prod"', '"staging"', '"support"']);
  });

  it('without rows is the header line, whether or not there is such a cluster', async () => {
    expect(await linesOf('/total_costs?from=2020-01-01&to=2020-01-02&format=csv')).toEqual(['date,cost,name']);
    expect(await linesOf(`/total_costs?${DAYS}&cluster=%00&format=csv`)).toEqual(['date,cost,name']);
  });

  it('has amounts bare, whether they are texts or numbers in JSON', async () => {
    expect(await linesOf(`/total_costs?from=2025-03-01&to=2025-03-01&format=csv`)).toEqual([
      'date,cost,name',
      '"2025-03-01",100.01,"account"',
      '"2025-03-01",66.90,"attributable"',
    ]);
  });

  it('begins with a byte order mark with bom=yes, and else without; JSON has none', async () => {
    const bytesOf = async (query: string) => [
      ...new Uint8Array(await (await fetch(`${api.url}/hub_names?${DAYS}&${query}`)).arrayBuffer()).slice(0, 3),
    ];
    expect(await bytesOf('format=csv&bom=yes')).toEqual([0xef, 0xbb, 0xbf]);
    expect(await bytesOf('format=csv')).toEqual([...Buffer.from('nam')]);
    expect(await bytesOf('bom=yes')).toEqual([...Buffer.from('["p')]);
    const { text } = await api.get('/total_costs?from=2020-01-01&to=2020-01-02&format=csv&bom=yes');
    expect(text.replace('\ufeff', '')).toBe('date,cost,name\r\n');
  });

  it('is found again as CSV, and the JSON as JSON; who has it already is told so', async () => {
    const path = `/total_costs_per_hub?${DAYS}`;
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await linesOf(`${path}&format=csv`))[0]).toBe('date,cost,name');
      expect((await api.get(path)).json[0]).toMatchObject({ date: '2025-03-01' });
    }
    const etag = (await api.get(`${path}&format=csv`)).headers.get('etag')!;
    expect((await api.get(`${path}&format=csv`, { 'if-none-match': etag })).status).toBe(304);
    expect((await api.get(path)).headers.get('etag')).not.toBe(etag);
  });

  it('is asked for by one word: another is a 400 that names the parameter, none is JSON', async () => {
    const { status, json } = await api.get(`/total_costs?${DAYS}&format=xml`);
    expect([status, json.message]).toEqual([400, 'format: must be json or csv']);
    expect((await api.get(`/total_costs?${DAYS}&format=`)).json).toHaveLength(4);
    expect((await api.get(`/total_costs?from=never&format=csv`)).json.message).toMatch(/^from: /);
  });
});

describe('names and amounts in CSV', () => {
  /** As names stand in a line of CSV. */
  const NAMES: Readonly<Record<string, string>> = {
    'comma, and "quotes"': '"comma, and ""quotes"""',
    'two\nlines': '"two\nlines"',
    'back\\slash': '"back\\slash"',
    東京: '"東京"',
    ' ': '" "',
    '=HYPERLINK("http://example.org")': `"'=HYPERLINK(""http://example.org"")"`,
    '+1': `"'+1"`,
    '@here': `"'@here"`,
    '-x': `"'-x"`,
    '\ttab': `"'\ttab"`,
    '\n=1+1': `"'\n=1+1"`,
    '\r-1+1': `"'\r-1+1"`,
    '\nline': `"'\nline"`,
    '  =1+1': `"'  =1+1"`,
    '\u00a0\u3000\ufeff@here': `"'\u00a0\u3000\ufeff@here"`,
    '\v\f+1': `"'\v\f+1"`,
    '＝1': `"'＝1"`,
    '＋1': `"'＋1"`,
    '－1': `"'－1"`,
    '＠here': `"'＠here"`,
    ' ﹦1': `"' ﹦1"`,
    '-5\n=1': `"'-5\n=1"`,
    'a=b': '"a=b"',
    ' a=b': '" a=b"',
    'two\n=lines': '"two\n=lines"',
    'ö-1': '"ö-1"',
  };

  it('come out as they went in, but for an apostrophe before what a spreadsheet would take for a formula', async () => {
    const client = new Client({ connectionString: api.databaseUrl });
    await client.connect();
    for (const [place, name] of Object.keys(NAMES).entries()) {
      await client.query(
        `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
         VALUES ('alpha', '2025-03-02', 'odd', $1, 'compute', $2, 0, '{unknown}')`,
        [name, 100 - place],
      );
    }
    await client.end();
    const { text } = await api.get(`/costs_per_user?${DAYS}&hub=odd&format=csv&limit=all`);
    expect(text).toBe(
      [
        'date,user,hub,component,value,usergroup',
        ...Object.values(NAMES).map((name, place) => `"2025-03-02",${name},"odd","compute",${100 - place},"unknown"`),
        '',
      ].join('\r\n'),
    );
  });

  it('leave an amount below 0 a number: credits can outweigh a day', async () => {
    const client = new Client({ connectionString: api.databaseUrl });
    await client.connect();
    await client.query(
      `INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd)
       VALUES ('alpha', '2025-03-01', 'credited', 's', 'other', -3.5)`,
    );
    await client.end();
    expect(await linesOf('/total_costs_per_hub?from=2025-03-01&to=2025-03-01&format=csv')).toContain(
      '"2025-03-01",-3.50,"credited"',
    );
  });
});
