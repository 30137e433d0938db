import { findAddress } from './listen.js';

// Of the block for documentation (RFC 3849), which no machine has.
const ABSENT = '2001:db8::1';

it('the API listens on the first address that the machine has', async () => {
  expect(await findAddress(['127.0.0.1', '0.0.0.0'])).toBe('127.0.0.1');
  expect(await findAddress([ABSENT, '127.0.0.1'])).toBe('127.0.0.1');
  expect(await findAddress([ABSENT])).toBe(ABSENT);
});
