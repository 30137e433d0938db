import { createServer } from 'node:http';

/** Serves what another server answers to some paths, from memory and with nothing around it. Sends its port. */
const [from = '', ...paths] = process.argv.slice(2);
const bodies = new Map<string | undefined, Buffer>();
for (const path of paths) {
  const response = await fetch(from + path, { headers: { 'accept-encoding': 'identity' } });
  bodies.set(path, Buffer.from(await response.arrayBuffer()));
}
const server = createServer(({ url }, response) => {
  const body = bodies.get(url)!;
  response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
    .end(body);
});
server.listen(0, '127.0.0.1', () => process.send!((server.address() as { port: number }).port));
