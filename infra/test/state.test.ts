import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryFolder, stateFolder } from '../src/targets/local/folders.ts';
import { Moto, motoServer } from './fixtures/moto.ts';

const PROJECT = join(import.meta.dirname, 'fixtures', 'holding');
const STACK = 'one';
const UP = ['up', '--yes', '--skip-preview', '--stack', STACK];
const ME = `${userInfo().username}@${hostname()}`;
const DEADLINE_MS = 60_000;

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** A person at the engine of this checkout, with a state and a project that are nobody else's. */
class Desk {
  readonly state = mkdtempSync(join(tmpdir(), 'keelson-state-'));
  readonly hold = join(this.state, 'hold');
  readonly #extra: NodeJS.ProcessEnv;
  readonly #children = new Set<ChildProcess>();

  constructor(extra: NodeJS.ProcessEnv = {}) {
    this.#extra = extra;
    copyFileSync(join(stateFolder(), 'toolchain.json'), join(this.state, 'toolchain.json'));
    for (const file of ['Pulumi.yaml', 'index.mjs']) copyFileSync(join(PROJECT, file), join(this.state, file));
  }

  /** Runs the engine with words of a person, who may type something; resolves when it ends. */
  engine(words: readonly string[], typed = ''): Promise<Ended> {
    const { child, ended } = this.start(...words);
    child.stdin?.end(typed);
    return ended;
  }

  start(...words: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const script = join(repositoryFolder, 'infra', 'src', 'engine.ts');
    const child = spawn(process.execPath, [script, 'pulumi', ...words, '-C', this.state, '--non-interactive'], {
      env: {
        ...{ ...process.env, KEELSON_STATE_DIR: this.state, KEELSON_HOLD: this.hold, NODE_OPTIONS: '' },
        // The state is new, the code is not: what was compiled of it before serves here, too.
        NODE_COMPILE_CACHE: join(stateFolder(), 'cache', 'compile'),
        ...this.#extra,
      },
      stdio: 'pipe',
    });
    this.#children.add(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, said }));
    });
    return { child, ended };
  }

  /** An `up` that holds the stack until `release`; resolves with its number once it holds it. */
  async holding(locks: () => Promise<readonly string[]>): Promise<{ pid: number; ended: Promise<Ended> }> {
    writeFileSync(this.hold, '');
    const { child, ended } = this.start(...UP);
    const end = Date.now() + DEADLINE_MS;
    for (;;) {
      const [lock] = await locks();
      if (lock !== undefined) return { pid: (JSON.parse(lock) as { pid: number }).pid, ended };
      if (Date.now() > end || child.exitCode !== null) {
        this.release();
        throw new Error(`Nobody took the lock: ${(await ended).said}`);
      }
      await sleep(20);
    }
  }

  release(): void {
    rmSync(this.hold, { force: true });
  }

  close(): void {
    this.release();
    for (const child of this.#children) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(this.state, { recursive: true, force: true });
  }
}

describe('a state in a file', () => {
  let desk: Desk;
  const folder = (): string => join(desk.state, 'pulumi', '.pulumi', 'locks', 'organization', 'keelson', STACK);
  const locks = async (): Promise<string[]> =>
    (existsSync(folder()) ? readdirSync(folder()) : [])
      .filter((name) => name.endsWith('.json'))
      .map((name) => readFileSync(join(folder(), name), 'utf8'));

  beforeAll(async () => {
    desk = new Desk();
    const { code, said } = await desk.engine(['stack', 'init', STACK, '--secrets-provider', 'passphrase']);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  }, 60_000);
  afterAll(() => desk.close());

  it('tells a second person who holds the stack and leaves the lock; is free again once the first was killed', async () => {
    const first = await desk.holding(locks);
    const second = await desk.engine(UP);
    expect(second.code).not.toBe(0);
    expect(second.said).toContain(`The stack ${STACK} is held by\n  ${ME} (process ${first.pid}, since 20`);
    expect(second.said).toContain('that process runs on this machine');
    expect(second.said).toContain(`What to do: wait until it has ended, or`);
    expect(second.said).toContain(`kill -INT ${first.pid}`);
    expect(await locks()).toHaveLength(1);

    process.kill(first.pid, 'SIGKILL');
    desk.release();
    expect((await first.ended).code).not.toBe(0);
    expect(await locks()).toHaveLength(1);
    const next = await desk.engine(UP);
    expect(next.said).toContain(`An update by ${ME} (process ${first.pid}, `);
    expect(next.said).toContain('ended without releasing the stack; its lock was removed.');
    expect(next).toMatchObject({ code: 0 });
    expect(await locks()).toEqual([]);
  }, 180_000);

  it('has no file but those that are replaced in one step: whenever an engine is killed, the next one can read it', () => {
    const files = readdirSync(join(desk.state, 'pulumi'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => name.endsWith(`${STACK}.json`)).length).toBeGreaterThan(0);
    expect(files.filter((name) => name.endsWith('.attrs'))).toEqual([]);
  });
});

const server = await motoServer();
if ('missing' in server) process.stderr.write(`Skipped: no state is kept in a bucket, since ${server.missing}\n`);

(('program' in server ? describe : describe.skip) as typeof describe)('a state in a bucket, sealed by KMS', () => {
  const BUCKET = 'keelson-state';
  const SECRET = 'canary-of-the-bucket';
  let moto: Moto;
  let desk: Desk;
  const locks = async (): Promise<string[]> => {
    const names = (await moto.names(BUCKET)).filter((name) => name.includes('/locks/'));
    // One that is just being written is not there yet.
    return (await Promise.all(names.map((name) => moto.text(BUCKET, name)))).filter((text) => text.endsWith('}'));
  };

  beforeAll(async () => {
    moto = await Moto.start('program' in server ? server.program : '');
    await moto.bucket(BUCKET);
    const key = await moto.key();
    const query = `endpoint=${moto.url}&region=us-east-1`;
    desk = new Desk({
      PULUMI_BACKEND_URL: `s3://${BUCKET}?${query}&s3ForcePathStyle=true`,
      KEELSON_SECRETS_PROVIDER: `awskms://${key}?${query}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
    });
    const provider = `awskms://${key}?${query}`;
    const { code, said } = await desk.engine(['stack', 'init', STACK, '--secrets-provider', provider]);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  }, 120_000);
  afterAll(async () => {
    desk?.close();
    await moto?.close();
  });

  it('keeps a secret that was typed sealed, and opens it', async () => {
    const set = ['config', 'set', '--secret', 'keelson:railwayToken', '--stack', STACK];
    expect((await desk.engine(set, SECRET)).code).toBe(0);
    const written = readFileSync(join(desk.state, `Pulumi.${STACK}.yaml`), 'utf8');
    expect(written).toMatch(/encryptedkey: .{40}/);
    expect(written).not.toContain(SECRET);
    const { said } = await desk.engine(['config', 'get', 'keelson:railwayToken', '--stack', STACK]);
    expect(said.trim().split('\n').at(-1)).toBe(SECRET);
  }, 60_000);

  it('says who holds the stack, whether they live, and the command that frees it after they died', async () => {
    const first = await desk.holding(locks);
    const second = await desk.engine(UP);
    expect(second.code).not.toBe(0);
    expect(second.said).toContain(`The stack ${STACK} is held by\n  ${ME} (process ${first.pid}, since 20`);
    expect(second.said).toContain('that process runs on this machine');

    process.kill(first.pid, 'SIGKILL');
    desk.release();
    await first.ended;
    const third = await desk.engine(UP);
    expect(third.said).toContain('that process does not exist any more');
    const command = /What to do: npx pulumi (.+)$/m.exec(third.said)?.[1] ?? '';
    expect(command).toBe(`cancel --yes --stack ${STACK}`);
    expect((await desk.engine(command.split(' '))).code).toBe(0);
    expect((await desk.engine(UP)).code).toBe(0);
    expect(await locks()).toEqual([]);

    const names = await moto.names(BUCKET);
    expect(names).toContain(`.pulumi/stacks/keelson/${STACK}.json`);
    const texts = await Promise.all(names.map((name) => moto.text(BUCKET, name)));
    expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
  }, 240_000);
});
