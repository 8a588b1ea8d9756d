import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Desk, STACK, UP } from './fixtures/desk.ts';
import { Moto, motoServer } from './fixtures/moto.ts';

const ME = `${userInfo().username}@${hostname()}`;

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
