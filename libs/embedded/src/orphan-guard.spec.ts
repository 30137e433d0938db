import { transformFileSync } from '@swc/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './process-list.js';

/** Starts a server in the place of one, guards it, prints its id, and does what `then` says. */
const parentSource = (then: string) => `
  const { guardAgainstOrphan } = require('./orphan-guard.cjs');
  const server = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const guard = guardAgainstOrphan(server.pid, require('node:path').join(__dirname, 'data'));
  console.log(server.pid);
  ${then}`;

describe('a guarded server', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'orphan-guard-'));
    mkdirSync(join(folder, 'data'));
    const guard = transformFileSync(join(process.cwd(), 'libs/embedded/src/orphan-guard.ts'), {
      jsc: { parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    writeFileSync(join(folder, 'orphan-guard.cjs'), guard.code);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function startParent(then: string) {
    writeFileSync(join(folder, 'parent.cjs'), parentSource(then));
    const parent = spawn(process.execPath, [join(folder, 'parent.cjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    return { parent, serverPid: Number(line) };
  }

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
    const { serverPid } = await startParent(`server.kill('SIGSTOP'); setTimeout(() => process.exit(), 100);`);
    expect(await ends(serverPid)).toBe(true);
  });

  it('is left alone once it was released', async () => {
    const { parent, serverPid } = await startParent('guard.release(); server.unref();');
    await once(parent, 'exit');
    await sleep(300);
    expect(isAlive(serverPid)).toBe(true);
    expect(existsSync(join(folder, 'data'))).toBe(true);
    process.kill(serverPid);
  });
});
