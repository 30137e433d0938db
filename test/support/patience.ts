/** Servers start and respond slowly on a busy machine. A test that needs longer says so itself. */
jest.setTimeout(60_000);
