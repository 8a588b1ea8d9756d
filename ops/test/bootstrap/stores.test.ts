import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmptyClone, eventually } from './clone.ts';

/**
 * The real PostgreSQL and Redis, as the set-up provides them to this user (from the user's own cache, or fetched into it),
 * from a clone in a path with a space.
 */
const run = promisify(execFile);

let clone: EmptyClone;
let folder: string;
let toolchain: {
  postgres: { binDir: string; version: string; runAsRootPrefix: string[] };
  postgres16: { binDir: string; version: string };
  redis: { server: string; cli: string };
};

beforeAll(async () => {
  clone = await EmptyClone.create();
  folder = await mkdtemp(join(tmpdir(), 'keelson stores '));
  // The real machine's PATH, home and cache; only a server that runs elsewhere is not what this test is about.
  clone.env = { ...process.env, POSTGRES_URL: '', REDIS_URL: '' } as Record<string, string>;
  const { code, stdout, stderr } = await clone.run(['ensure', 'postgres', 'postgres16', 'redis', '--json']);
  if (code !== 0) throw new Error(stderr);
  toolchain = JSON.parse(stdout);
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await clone.remove();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the provided PostgreSQL', () => {
  it.each(['postgres', 'postgres16'] as const)(
    '%s makes a cluster, starts, has pgvector, and stops',
    async (which) => {
      const { binDir, version } = toolchain[which];
      const as = (program: string, ...args: string[]) => {
        const [command = '', ...rest] = [...toolchain.postgres.runAsRootPrefix, join(binDir, program), ...args];
        return run(command, rest);
      };
      const data = join(folder, `${which} data`);
      const port = await freePort();
      await as('initdb', '-D', data, '-U', 'keelson', '-A', 'trust');
      const options = `-p ${port} -h 127.0.0.1 -k ''`;
      await as('pg_ctl', '-D', data, '-l', join(folder, `${which}.log`), '-o', options, '-w', 'start');
      try {
        const sql = [
          '-c',
          'create extension vector',
          '-c',
          `select '[1,2,3]'::vector <-> '[1,2,5]'`,
          '-c',
          'show server_version',
        ];
        const { stdout } = await run(join(binDir, 'psql'), [
          '-h',
          '127.0.0.1',
          '-p',
          `${port}`,
          '-U',
          'keelson',
          '-d',
          'postgres',
          '-Atq',
          ...sql,
        ]);
        expect(stdout.trim().split('\n')).toEqual(['2', expect.stringContaining(version)]);
      } finally {
        await as('pg_ctl', '-D', data, '-m', 'fast', '-w', 'stop');
      }
    },
    60_000,
  );
});

describe('the provided Redis', () => {
  it('answers PING and stops', async () => {
    const port = await freePort();
    const server = run(toolchain.redis.server, [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--dir',
      folder,
    ]);
    const ask = (...command: string[]) => run(toolchain.redis.cli, ['-p', `${port}`, ...command]);
    const answer = await eventually(
      () =>
        ask('ping').then(
          ({ stdout }) => stdout.trim(),
          () => undefined,
        ),
      'PING is answered',
    );
    expect(answer).toBe('PONG');
    await ask('shutdown', 'nosave');
    await server;
  });
});
