import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Faults } from '../rehearsal/emulator/faults.ts';
import { HttpEmulator } from '../rehearsal/emulator/http-emulator.ts';
import { Journal } from '../rehearsal/emulator/journal.ts';
import { EmulatedUpstash } from '../rehearsal/upstash/vendor.ts';
import type { Properties } from '../src/providers/plugin/wire.ts';
import { upstashProvider } from '../src/providers/upstash/definition.ts';
import { paceOf } from '../src/providers/vendor/pace.ts';
import { RestApi } from '../src/providers/vendor/rest.ts';

const account = { email: 'ops@example.com', apiKey: 'canary-upstash-key' };
const pace = paceOf({ startedAt: Date.now(), factor: 2_000 });
const upstash = new EmulatedUpstash(pace, account);
const faults = new Faults();
const redis = upstashProvider.types['upstash:index:Redis']!;
const work = { urn: 'urn', signal: new AbortController().signal, tell: async () => undefined };
let emulator: HttpEmulator;
let api: RestApi;

beforeAll(async () => {
  emulator = await HttpEmulator.start({ vendor: upstash, journal: new Journal(), faults, pace });
  const basic = Buffer.from(`${account.email}:${account.apiKey}`).toString('base64');
  const authorization = { authorization: `Basic ${basic}` };
  api = new RestApi({ vendor: 'Upstash', baseUrl: `${emulator.url}/v2`, authorization, tokenHint: '', pace });
});
afterEach(() => faults.clear());
afterAll(async () => {
  await emulator.close();
  expect(upstash.checks.violations).toEqual([]);
});

const wanted: Properties = {
  name: 'keelson-prod-a1b2c3',
  platform: 'aws',
  primaryRegion: 'us-east-1',
  readRegions: ['us-west-1'],
  plan: 'payg',
  budget: 20,
  eviction: false,
  dailyBackup: true,
};

describe('a Redis of Upstash', () => {
  it('is active, reached by TLS only, and reads back as it was asked for', async () => {
    const { id, outputs } = await redis.create(api, redis.schema.parse(wanted), work);
    expect(outputs['url']).toMatch(/^rediss:\/\/default:.+@keelson-prod-a1b2c3\.upstash\.io:6379$/);
    const found = await redis.read(api, redis.schema.parse(wanted), outputs, { ...work, id });
    expect(found).toEqual({ inputs: wanted, outputs });
  });

  it.each(['500', 'timeout', 'reset'] as const)('is made once when a %s hides the answer', async (kind) => {
    faults.order({
      operation: 'POST /v2/redis/database',
      calls: 'mutating',
      nth: 1,
      times: 1,
      moment: 'after',
      kind,
      retryAfter: 0,
    });
    const name = `hidden-${kind}`;
    await redis.create(api, redis.schema.parse({ ...wanted, name }), work);
    expect([...upstash.databases.values()].filter((database) => database.database_name === name)).toHaveLength(1);
  });

  it('is brought back when somebody turned eviction on, or took a region away', async () => {
    const name = 'changed-by-hand';
    const inputs = redis.schema.parse({ ...wanted, name });
    const { id, outputs } = await redis.create(api, inputs, work);
    Object.assign(upstash.databases.get(id)!, { eviction: true, read_regions: [], tls: false });
    expect((await redis.read(api, inputs, outputs, { ...work, id }))?.inputs).toMatchObject({
      eviction: true,
      readRegions: [],
    });
    await redis.update(api, inputs, outputs, { ...work, id });
    expect((await redis.read(api, inputs, outputs, { ...work, id }))?.inputs).toEqual({ ...wanted, name });
    expect(upstash.databases.get(id)?.tls).toBe(true);
  });

  it('may not evict, whatever the program says', () => {
    expect(redis.schema.safeParse({ ...wanted, eviction: true }).error?.issues[0]?.message).toMatch(
      /a queue may not lose/,
    );
  });
});
