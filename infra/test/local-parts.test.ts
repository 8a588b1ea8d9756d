import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { refusals } from '../src/providers/plugin/check.ts';
import { changedPaths, fromStruct, sealed, toStruct, UNKNOWN } from '../src/providers/plugin/wire.ts';
import { identityOf, isAlive, memoryMib } from '../src/targets/local/identity.ts';
import { isFree, ownerOf } from '../src/targets/local/ports.ts';
import { processSpec, specHash, type ProcessSpec } from '../src/targets/local/process-spec.ts';
import { Backoff } from '../src/targets/local/supervisor/backoff.ts';

const spec: ProcessSpec = {
  instance: 'api',
  service: 'api',
  kind: 'service',
  command: '/bin/true',
  args: [],
  cwd: '/',
  env: { A: '1', B: '2' },
  port: 3000,
  ready: { kind: 'tcp', port: 3000 },
  readyWithinMs: 1_000,
  stopSignal: 'SIGTERM',
  graceMs: 0,
  after: [],
  artefact: 'one',
};

describe('properties on the wire', () => {
  it('come back as they went, secrets opened and remembered by path', () => {
    const { values, secretPaths } = fromStruct(toStruct({ env: { A: '1' }, list: [1, 'two', null] }, ['env']));
    expect(values).toEqual({ env: { A: '1' }, list: [1, 'two', null] });
    expect([...secretPaths]).toEqual(['env']);
  });

  it('echo a secret input as a secret, also deep inside, and never seal twice', () => {
    const secretPaths = new Set(['env.PASSWORD', 'keys.0', 'absent.path', 'token']);
    const echoed = sealed({ env: { PASSWORD: 'p', PORT: '1' }, keys: ['k', 'open'], token: 't' }, secretPaths);
    const back = fromStruct(toStruct(echoed, ['token']));
    expect(back.values).toEqual({ env: { PASSWORD: 'p', PORT: '1' }, keys: ['k', 'open'], token: 't' });
    expect([...back.secretPaths].sort()).toEqual(['env.PASSWORD', 'keys.0', 'token']);
  });

  it('differ at the paths where they differ', () => {
    const before = { same: 1, env: { A: '1', B: '2' }, args: ['a', 'b'] };
    expect(changedPaths(before, { same: 1, env: { A: '1', B: '3' }, args: ['a', 'c'], more: true })).toEqual([
      'env.B',
      'args[1]',
      'more',
    ]);
    expect(changedPaths(before, structuredClone(before))).toEqual([]);
  });
});

describe('a check of inputs', () => {
  const schema = z.strictObject({ port: z.int().max(65_535), password: z.string().min(16), later: z.int() });

  it('names property, value and what is allowed; hides secrets; lets unknown values pass', () => {
    const inputs = { values: { port: 99_999, password: 'short', later: UNKNOWN }, secretPaths: new Set(['password']) };
    const [port, password, ...rest] = refusals(schema, inputs);
    expect(port).toMatchObject({ property: 'port', reason: expect.stringMatching(/^port is 99999: .*65535/) });
    expect(password?.reason).toMatch(/^password is \[secret\]/);
    expect(rest).toEqual([]);
  });
});

describe('a process spec', () => {
  it('has the same hash whatever the order of its keys, and another for another artefact', () => {
    const turned = { ...spec, env: { B: '2', A: '1' } };
    expect(specHash(turned)).toBe(specHash(spec));
    expect(specHash({ ...spec, artefact: 'two' })).not.toBe(specHash(spec));
  });

  it('is refused with a relative command or an unknown property', () => {
    expect(processSpec.safeParse({ ...spec, command: 'node' }).success).toBe(false);
    expect(processSpec.safeParse({ ...spec, comand: '/bin/node' }).success).toBe(false);
  });
});

describe('the back-off', () => {
  it('starts at once, then later and later up to 10 s, and gives up after eleven crashes in a minute', () => {
    const backoff = new Backoff();
    const delays = Array.from({ length: 11 }, (_none, index) => backoff.crashed(index));
    expect(delays).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 'give up']);
  });

  it('forgets crashes that are a minute old', () => {
    const backoff = new Backoff();
    expect([backoff.crashed(0), backoff.crashed(1_000), backoff.crashed(61_500)]).toEqual([0, 100, 0]);
  });
});

describe('processes and ports', () => {
  it('tells a running process from one that ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const identity = identityOf(child.pid ?? 0);
    if (!identity) throw new Error('the child has no identity');
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, started: 'another time' })).toBe(false);
    expect(memoryMib(process.pid)).toBeGreaterThan(20);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(isAlive(identity)).toBe(false);
  });

  it('finds who listens', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    expect(await isFree(port)).toBe(false);
    expect(ownerOf(port)?.pid).toBe(process.pid);
    await new Promise((resolve) => server.close(resolve));
    expect(await isFree(port)).toBe(true);
  });
});
