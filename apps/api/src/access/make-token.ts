import { isTokenName } from '#libs/config';
import { makeToken } from './new-token.js';

const USAGE = `usage: npm run token -- <name> [hub…]
  name: 1 to 40 of a-z, 0-9 and -; the log calls the holder by it
  hub: the holder sees these hubs and no others; none, or all: everything
`;

const [name = '', ...hubs] = process.argv.slice(2);
if (isTokenName(name) && !hubs.includes('')) {
  const { token, entry } = makeToken(name, hubs.join() === 'all' ? [] : hubs);
  process.stderr.write(`the token, shown this once, for the header "Authorization: Bearer …":\n`);
  process.stdout.write(`${token}\n`);
  process.stderr.write(`its entry for the array in API_TOKENS_FILE:\n${JSON.stringify(entry)}\n`);
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
