import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Client } from 'pg';

/** As PgBouncer's `pool_mode`. */
export type PoolMode = 'session' | 'transaction';

/** Startup parameters that PgBouncer takes with its default settings; any other is refused by name. */
const KNOWN_PARAMETERS = ['user', 'database', 'application_name', 'client_encoding', 'datestyle', 'timezone'];
const CANCEL_REQUEST = 80877102;

/**
 * Stands before a server as PgBouncer does: it has connections of its own, gives one to a client for a session or for a
 * transaction, and refuses startup parameters that it does not know. Clients need no password here.
 */
export class Pooler {
  readonly #free: PooledServer[] = [];
  readonly #waiting: ((server: PooledServer) => void)[] = [];
  readonly #all: PooledServer[] = [];
  readonly #sockets = new Set<Socket>();
  /** By the key that a client was given. */
  readonly #links = new Map<number, PooledClient>();

  private constructor(
    private readonly listener: Server,
    private readonly databaseUrl: string,
    private readonly mode: PoolMode,
    private readonly size: number,
    private readonly inTurn: boolean,
    readonly url: string,
  ) {}

  /** @param inTurn as PgBouncer's `server_round_robin`. */
  static async start(databaseUrl: string, mode: PoolMode, size = 4, inTurn = false): Promise<Pooler> {
    const listener = createServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const url = new URL(databaseUrl);
    url.port = String((listener.address() as AddressInfo).port);
    const pooler = new Pooler(listener, databaseUrl, mode, size, inTurn, url.href);
    listener.on('connection', (socket) => pooler.#accept(socket));
    return pooler;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const { client } of this.#all) client.connection.stream.destroy();
    this.listener.close();
    await once(this.listener, 'close');
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.once('data', (startup) => {
      if (startup.readInt32BE(4) === CANCEL_REQUEST) void this.#cancel(socket, startup.readInt32BE(8));
      else this.#welcome(socket, parametersOf(startup));
    });
  }

  #welcome(socket: Socket, parameters: readonly string[]): void {
    const unknown = parameters.find((name) => !KNOWN_PARAMETERS.includes(name.toLowerCase()));
    if (unknown !== undefined) {
      socket.end(errorOf('08P01', `unsupported startup parameter: ${unknown}`));
      return;
    }
    const key = 1_000_000 + this.#links.size;
    const client = new PooledClient(socket, this.mode, () => this.#take());
    this.#links.set(key, client);
    socket.write(
      Buffer.concat([
        message('R', int32(0)),
        message('S', Buffer.from('server_version\x0018.0\x00')),
        message('K', Buffer.concat([int32(key), int32(7)])),
        message('Z', Buffer.from('I')),
      ]),
    );
  }

  /** What runs for a client is known by the client's key alone. */
  async #cancel(socket: Socket, key: number): Promise<void> {
    const server = this.#links.get(key)?.server;
    if (server) {
      const admin = new Client({ connectionString: this.databaseUrl });
      await admin.connect();
      await admin.query('SELECT pg_cancel_backend($1)', [server.pid]);
      await admin.end();
    }
    socket.end();
  }

  async #take(): Promise<PooledServer> {
    const free = this.inTurn ? this.#free.shift() : this.#free.pop();
    if (free) return free;
    if (this.#all.length < this.size) {
      const server = new PooledServer(new Client({ connectionString: this.databaseUrl }), (one) => this.#give(one));
      this.#all.push(server);
      await server.connect();
      return server;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(server: PooledServer): void {
    const next = this.#waiting.shift();
    if (next) next(server);
    else this.#free.push(server);
  }
}

/** A connection of the pooler's own; pg logs it in, and its bytes are passed on. */
class PooledServer {
  pid = 0;
  #user: PooledClient | undefined;
  #rest = Buffer.alloc(0);

  constructor(
    readonly client: Client,
    private readonly give: (server: PooledServer) => void,
  ) {}

  async connect(): Promise<void> {
    await this.client.connect();
    this.pid = (this.client as unknown as { processID: number }).processID;
    const { stream } = this.client.connection;
    stream.removeAllListeners('data');
    this.client.on('error', () => undefined);
    stream.on('data', (bytes: Buffer) => this.#pass(bytes));
  }

  serve(user: PooledClient | undefined): void {
    this.#user = user;
    if (!user) this.give(this);
  }

  write(bytes: Buffer): void {
    this.client.connection.stream.write(bytes);
  }

  /** Ready, and in no transaction: the end of one. */
  #pass(bytes: Buffer): void {
    const user = this.#user;
    user?.socket.write(bytes);
    this.#rest = Buffer.concat([this.#rest, bytes]);
    let status = '';
    while (this.#rest.length >= 5 && this.#rest.length > this.#rest.readInt32BE(1)) {
      const length = 1 + this.#rest.readInt32BE(1);
      status = this.#rest[0] === 0x5a ? String.fromCharCode(this.#rest[5]!) : '';
      this.#rest = this.#rest.subarray(length);
    }
    if (status === 'I' && this.#rest.length === 0) user?.afterTransaction();
  }
}

class PooledClient {
  server: PooledServer | undefined;
  #taking: Promise<void> | undefined;

  constructor(
    readonly socket: Socket,
    private readonly mode: PoolMode,
    take: () => Promise<PooledServer>,
  ) {
    socket.on('data', (bytes: Buffer) => {
      if (bytes[0] === 0x58) return socket.end();
      if (this.server) return this.server.write(bytes);
      this.#taking = (this.#taking ?? this.#take(take)).then(() => this.server?.write(bytes));
      return undefined;
    });
    socket.on('close', () => this.#leave());
  }

  afterTransaction(): void {
    if (this.mode === 'transaction') this.#leave();
  }

  async #take(take: () => Promise<PooledServer>): Promise<void> {
    this.server = await take();
    this.server.serve(this);
    this.#taking = undefined;
  }

  #leave(): void {
    const { server } = this;
    this.server = undefined;
    this.#taking = undefined;
    server?.serve(undefined);
  }
}

function parametersOf(startup: Buffer): string[] {
  const texts = startup.subarray(8).toString().split('\0');
  return texts.filter((text, at) => at % 2 === 0 && text !== '');
}

function errorOf(code: string, text: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`));
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(4 + body.length), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
