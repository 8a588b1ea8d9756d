import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmptyClone } from './clone.ts';

let clone: EmptyClone;
beforeEach(async () => {
  clone = await EmptyClone.create();
});
afterEach(() => clone.remove());

async function ensure(tools: string[], env: Record<string, string> = {}): Promise<Record<string, never>> {
  const { code, stdout, stderr } = await clone.run(['ensure', ...tools, '--json'], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  const written = await readFile(join(clone.root, '.keelson', 'toolchain.json'), 'utf8');
  expect(JSON.parse(written)).toEqual(JSON.parse(stdout));
  return JSON.parse(stdout);
}

describe('an engine on PATH', () => {
  it('is used when it is new enough, with its own language host beside it', async () => {
    const path = await clone.fake('pulumi', 'echo v3.255.1');
    await clone.fake('pulumi-language-nodejs', 'exit 0');
    expect(await ensure(['pulumi'])).toEqual({
      pulumi: { path, version: '3.255.1', source: 'path' },
      languageHost: 'bundled',
    });
  });

  it('gets our language host when it came without one', async () => {
    await clone.fake('pulumi', 'echo v3.250.0');
    expect(await ensure(['pulumi'])).toMatchObject({ languageHost: 'ours' });
  });

  it.each([
    ['too old', 'echo v3.249.9'],
    ['not answering', 'exit 3'],
  ])('is passed over when it is %s', async (_why, script) => {
    await clone.fake('pulumi', script);
    const { code, stderr } = await clone.run(['ensure', 'pulumi']);
    expect(code).toBe(1);
    expect(stderr).toContain('Go is not installed');
    expect(stderr).toMatch(/to mend it: install Go/);
    expect(stderr).toMatch(/whole log: .*a clone\/\.keelson\/logs\/bootstrap\/.*pulumi\.log/);
  });

  it('is passed over when it is what we put there ourselves', async () => {
    await clone.fake('pulumi', 'echo v3.255.1', join(clone.cache, 'pulumi-3.255.1-000000000000', 'bin'));
    const { code } = await clone.run(['ensure', 'pulumi'], {
      PATH: join(clone.cache, 'pulumi-3.255.1-000000000000', 'bin'),
    });
    expect(code).toBe(1);
  });
});

describe('Redis', () => {
  it('is taken from PATH from 6.2 on', async () => {
    const server = await clone.fake(
      'redis-server',
      'echo "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64"',
    );
    const cli = await clone.fake('redis-cli', 'exit 0');
    expect(await ensure(['redis'])).toEqual({ redis: { server, cli, version: '7.0.15', source: 'path' } });
  });

  it('is looked for elsewhere when the one on PATH is older', async () => {
    await clone.fake('redis-server', 'echo "Redis server v=6.0.16 sha=00000000:0"');
    await clone.fake('redis-cli', 'exit 0');
    const { code, stderr } = await clone.run(['ensure', 'redis']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/to mend it: .*(python3|redis)/);
  });
});

describe('PostgreSQL', () => {
  async function fakePostgres(version: string): Promise<string> {
    const folder = join(clone.bin, '..', 'pg', 'bin');
    await clone.link('/usr/bin/id', '/bin/sh');
    for (const unshare of ['/usr/bin/unshare', '/usr/bin/setpriv']) await clone.link(unshare);
    await clone.fake('initdb', 'exit 0', folder);
    await clone.fake('postgres', `echo "postgres (PostgreSQL) ${version}"`, folder);
    return folder;
  }

  it('is taken from PATH from 16 on when pgvector is beside it', async () => {
    const folder = await fakePostgres('17.2');
    await clone.fake('vector.control', '', join(folder, '..', 'share', 'extension'));
    const { postgres } = await ensure(['postgres'], { PATH: `${folder}:${clone.bin}` });
    expect(postgres).toMatchObject({ version: '17.2', source: 'path', binDir: expect.stringMatching(/\/pg\/bin$/) });
    const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
    expect(postgres).toMatchObject({ runAsRootPrefix: process.getuid?.() === 0 ? namespace : [] });
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot(
    'says what to do where root may neither make a namespace nor become somebody who reaches the files',
    async () => {
      const folder = await fakePostgres('17.2');
      await clone.fake('vector.control', '', join(folder, '..', 'share', 'extension'));
      await rm(join(clone.bin, 'unshare'));
      await clone.fake('unshare', 'exit 1');
      const { code, stderr } = await clone.run(['ensure', 'postgres'], { PATH: `${folder}:${clone.bin}` });
      expect(code).toBe(1);
      expect(stderr).toContain('PostgreSQL refuses to run as root');
      expect(stderr).toMatch(/to mend it: run this as a normal user/);
    },
  );

  it.each([
    ['15.18', true],
    ['17.2', false],
  ])('%s with pgvector %s is passed over', async (version, withVector) => {
    const folder = await fakePostgres(version);
    if (withVector) await clone.fake('vector.control', '', join(folder, '..', 'share', 'extension'));
    const { code, stderr } = await clone.run(['ensure', 'postgres'], { PATH: `${folder}:${clone.bin}` });
    expect(code).toBe(1);
    expect(stderr).toMatch(/to mend it: /);
  });

  it('at POSTGRES_URL is recorded by the name of the variable; the address is written nowhere', async () => {
    const env = {
      POSTGRES_URL: 'postgres://someone:hunter2@db.example:5432/k',
      REDIS_URL: 'redis://:hunter2@cache.example',
    };
    const { code, stdout, stderr } = await clone.run(['ensure', 'postgres', 'redis', '--json'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      postgres: { source: 'url', urlVariable: 'POSTGRES_URL' },
      redis: { source: 'url', urlVariable: 'REDIS_URL' },
    });
    const files = await readdir(join(clone.root, '.keelson'), { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), 'utf8'));
    expect([stdout, stderr, ...(await Promise.all(texts))].join()).not.toContain('hunter2');
  });
});

describe('toolchain.json', () => {
  it('keeps what was not asked for as long as it is there', async () => {
    const path = await clone.fake('k6', 'echo "k6 v1.2.0 (go1.25, linux/amd64)"');
    const pulumi = await clone.fake('pulumi', 'echo v3.255.1');
    await ensure(['k6']);
    const both = await ensure(['pulumi']);
    expect(both).toMatchObject({ k6: { path, version: '1.2.0' }, pulumi: { path: pulumi } });
  });

  it('drops what is gone, and an address that is not set any more', async () => {
    const folder = join(clone.bin, '..', 'passing');
    await clone.fake('k6', 'echo "k6 v1.2.0 (go1.25, linux/amd64)"', folder);
    await clone.fake('pulumi', 'echo v3.255.1');
    await ensure(['k6', 'redis'], { PATH: folder, REDIS_URL: 'redis://127.0.0.1:1' });
    await rm(folder, { recursive: true });
    expect(Object.keys(await ensure(['pulumi']))).toEqual(['pulumi', 'languageHost']);
  });

  it('is written anew when it was cut off', async () => {
    await clone.fake('pulumi', 'echo v3.255.1');
    await ensure(['pulumi']);
    await writeFile(join(clone.root, '.keelson', 'toolchain.json'), '{"pulumi":');
    expect(await ensure(['pulumi'])).toMatchObject({ pulumi: { version: '3.255.1' } });
  });
});

describe('the command line', () => {
  it.each([[['ensure']], [['ensure', 'cobol']], [['frobnicate']], [[]]])(
    'answers %j with its usage and code 2',
    async (args) => {
      const { code, stderr } = await clone.run(args);
      expect(code).toBe(2);
      expect(stderr).toContain('Usage: ');
    },
  );
});
