import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createContext } from '../../bootstrap/context.mjs';
import { findNpm } from '../../bootstrap/npm.mjs';
import { EmptyClone } from './clone.ts';

let clone: EmptyClone;

/** A clone whose package-lock.json asks for nothing, so that npm ci ends at once and without a registry. */
beforeEach(async () => {
  clone = await EmptyClone.create();
  await clone.link('/bin/sh', process.execPath);
  await clone.fake('pulumi', 'echo v3.255.1');
  await clone.fake('k6', 'echo "k6 v1.8.1"');
  const manifest = { name: 'clone', version: '1.0.0' };
  const lock = { ...manifest, lockfileVersion: 3, requires: true, packages: { '': manifest } };
  await writeFile(join(clone.root, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(clone.root, 'package-lock.json'), JSON.stringify(lock));
  Object.assign(clone.env, { POSTGRES_URL: 'postgres://x', REDIS_URL: 'redis://x', npm_execpath: await npmCommand() });
  await mkdir(join(clone.root, 'ops', 'src'));
});
afterEach(() => clone.remove());

async function npmCommand(): Promise<string> {
  const npm = await findNpm(createContext(process.env));
  if (npm === null) throw new Error('npm is not installed here');
  return npm;
}

const program = (text: string, name = 'main.ts') => writeFile(join(clone.root, 'ops', 'src', name), text);

describe('a verb', () => {
  it('runs the TypeScript program under Node 24 with its arguments, and ends with its code', async () => {
    await program(`
      const major: number = Number(process.versions.node.split('.')[0]);
      console.log(JSON.stringify({ major, args: process.argv.slice(2) }));
      process.exitCode = 7;`);
    const { code, stdout, stderr } = await clone.run(['start', '--yes', 'a b']);
    expect({ code, stderr }).toEqual({ code: 7, stderr: expect.not.stringContaining('✖') });
    expect(JSON.parse(stdout)).toEqual({ major: 24, args: ['start', '--yes', 'a b'] });
    const written = JSON.parse(await readFile(join(clone.root, '.keelson', 'toolchain.json'), 'utf8'));
    expect(written).toMatchObject({ node: join(clone.bin, 'node'), pulumi: { version: '3.255.1' } });
  });

  it('keelson passes its arguments on as they are', async () => {
    await program('console.log(JSON.stringify(process.argv.slice(2)));');
    expect(JSON.parse((await clone.run(['keelson', 'status', '--json'])).stdout)).toEqual(['status', '--json']);
  });

  it('installs the dependencies once for one package-lock.json', async () => {
    await program('');
    expect((await clone.run(['keelson', 'status'])).code).toBe(0);
    const stamp = join(clone.root, 'node_modules', '.keelson-lock');
    expect(await readFile(stamp, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    await writeFile(join(clone.root, 'node_modules', 'mark'), '');
    expect((await clone.run(['keelson', 'status'])).code).toBe(0);
    await readFile(join(clone.root, 'node_modules', 'mark'));
    const lock = join(clone.root, 'package-lock.json');
    await writeFile(lock, `${await readFile(lock, 'utf8')}\n`);
    expect((await clone.run(['keelson', 'status'])).code).toBe(0);
    await expect(readFile(join(clone.root, 'node_modules', 'mark'))).rejects.toThrow('ENOENT');
  });

  describe('a lock file that npm ci refuses', () => {
    const part = { name: 'part', version: '1.0.0' };

    async function write(wanted: object, locked: object): Promise<void> {
      for (const name of ['part', 'other']) {
        await mkdir(join(clone.root, name), { recursive: true });
        await writeFile(join(clone.root, name, 'package.json'), JSON.stringify({ ...part, name }));
      }
      const manifest = { name: 'clone', version: '1.0.0', ...wanted };
      const link = { resolved: 'part', link: true };
      const packages = { '': { ...manifest, ...locked }, part, 'node_modules/part': link };
      await writeFile(join(clone.root, 'package.json'), JSON.stringify(manifest));
      await writeFile(
        join(clone.root, 'package-lock.json'),
        JSON.stringify({ ...manifest, lockfileVersion: 3, packages }),
      );
    }

    it('because it lacks an optional package that could not be had is installed from all the same', async () => {
      const wanted = {
        dependencies: { part: 'file:part' },
        optionalDependencies: { elsewhere: 'http://127.0.0.1:9/elsewhere.tgz' },
      };
      await write(wanted, wanted);
      const before = await readFile(join(clone.root, 'package-lock.json'), 'utf8');
      const { code, stderr } = await clone.run(['ensure', 'deps'], { npm_config_fetch_retries: '0' });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
      expect(JSON.parse(await readFile(join(clone.root, 'node_modules', 'part', 'package.json'), 'utf8'))).toEqual(
        part,
      );
      expect(await readFile(join(clone.root, 'package-lock.json'), 'utf8')).toBe(before);
      const logs = join(clone.root, '.keelson', 'logs', 'bootstrap');
      const [log = ''] = await readdir(logs);
      expect(await readFile(join(logs, log), 'utf8')).toMatch(/EUSAGE[^]*\nnpm install --no-save\n/);
    }, 20_000);

    it('because package.json wants something else ends the set-up', async () => {
      const wanted = { dependencies: { part: 'file:part', other: 'file:other' } };
      await write(wanted, { dependencies: { part: 'file:part' } });
      const { code, stderr } = await clone.run(['ensure', 'deps']);
      expect(code).toBe(1);
      expect(stderr).toContain('package-lock.json does not fit package.json');
      expect(stderr).toContain('to mend it: npm install, and commit');
    }, 20_000);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on and waits for the program to end in order',
    async (signal) => {
      await program(`
      process.on('${signal}', () => setTimeout(() => { console.log('in order'); process.exit(5); }, 200));
      setInterval(() => undefined, 1000);
      console.log('ready');`);
      const { child, finished } = clone.start(['start']);
      const ready = new Promise((resolve) => child.stdout?.once('data', resolve));
      await ready;
      child.kill(signal);
      expect(await finished).toMatchObject({ code: 5, stdout: 'ready\nin order\n' });
    },
  );

  it('ends by the signal that ended the program', async () => {
    await program(`process.kill(process.pid, 'SIGTERM'); setInterval(() => undefined, 1000);`);
    expect(await clone.run(['start'])).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('test runs the test program', async () => {
    await program('console.log(JSON.stringify(process.argv.slice(2)));', 'test.ts');
    await clone.link('/usr/bin/python3');
    const { stdout } = await clone.run(['test', 'unit'], await cachedPostgres16());
    expect(JSON.parse(stdout)).toEqual(['unit']);
  }, 60_000);

  it('stop on a clone that was never started says so and installs nothing', async () => {
    const { code, stderr } = await clone.run(['stop']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Nothing to stop: this clone was never started.\n' });
  });
});

/** The older PostgreSQL always comes from the user's own cache, which `ensure` of the real machine has filled or fills now. */
async function cachedPostgres16(): Promise<Record<string, string>> {
  const { PATH = '', HOME = '', KEELSON_CACHE_DIR } = process.env;
  return {
    PATH: `${clone.bin}:${dirname(process.execPath)}:${PATH}`,
    HOME,
    KEELSON_CACHE_DIR: KEELSON_CACHE_DIR ?? join(HOME, '.cache', 'keelson'),
  };
}
