/** For a test that hangs: how long one takes is the machine's affair, and no test says so of its own. */
jest.setTimeout(600_000);
