/** Jest's global tear-down; set-up has run in this process before it. */
export default async function stopTestPostgres(): Promise<void> {
  const { stopTestServer } = await import('./test-server.js');
  await stopTestServer();
}
