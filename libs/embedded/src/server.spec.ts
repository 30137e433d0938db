import { transformFileSync } from '@swc/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listProcesses } from './processes.js';
import { startServer } from './server.js';

const COMMAND = { name: 'Sleep', file: 'sh', env: process.env, readyLine: 'ready' };
const args = (script: string) => ['-c', script];

/** Starts a server, prints its id, and does what `then` says. */
const parentSource = (then: string) => `
  const { startServer } = require('./server.cjs');
  const folder = require('node:path').join(__dirname, 'data');
  const args = ['-c', 'echo ready; exec sleep 600'];
  startServer({ ...${JSON.stringify({ ...COMMAND, env: {} })}, env: process.env, args, folder }).then((server) => {
    console.log(server.pid);
    ${then}
  });`;

describe('a server', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'embedded-server-'));
    mkdirSync(join(folder, 'data'));
    const { code } = transformFileSync(join(process.cwd(), 'libs/embedded/src/server.ts'), {
      jsc: { parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    writeFileSync(join(folder, 'server.cjs'), code);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function startParent(then: string) {
    writeFileSync(join(folder, 'parent.cjs'), parentSource(then));
    const parent = spawn(process.execPath, [join(folder, 'parent.cjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    return { parent, serverPid: Number(line) };
  }

  const isAlive = (pid: number) => listProcesses().some((listed) => listed.pid === pid);

  async function ends(pid: number): Promise<boolean> {
    for (let attempt = 0; attempt < 250 && (isAlive(pid) || existsSync(join(folder, 'data'))); attempt += 1) {
      await sleep(20);
    }
    return !isAlive(pid) && !existsSync(join(folder, 'data'));
  }

  it('ends, and its folder with it, when the parent is killed', async () => {
    const { parent, serverPid } = await startParent('');
    expect(isAlive(serverPid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await ends(serverPid)).toBe(true);
  });

  it('ends, though it was stopped by a signal, when the parent exits', async () => {
    const { serverPid } = await startParent(
      `process.kill(server.pid, 'SIGSTOP'); setTimeout(() => process.exit(), 100);`,
    );
    expect(await ends(serverPid)).toBe(true);
  });

  it('keeps its folder when it is ended in the ordinary way', async () => {
    const server = await startServer({ ...COMMAND, args: args('echo ready; exec sleep 600'), folder });
    await server.end('SIGINT');
    await sleep(300);
    expect([server.isRunning(), isAlive(server.pid), existsSync(folder)]).toEqual([false, false, true]);
  });

  it('that ends before it is ready is an error with the end of its log', async () => {
    const start = startServer({ ...COMMAND, args: args('echo no space left >&2; exit 1'), folder });
    await expect(start).rejects.toThrow('Sleep ended while starting:\nno space left');
    await expect(startServer({ ...COMMAND, file: 'no-such-file', args: [], folder })).rejects.toThrow('ENOENT');
  });
});
