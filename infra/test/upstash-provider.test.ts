import { describe, expect, it } from '@jest/globals';
import { EmulatedUpstash } from '../rehearsal/upstash/vendor.ts';
import type { Properties } from '../src/providers/plugin/wire.ts';
import { upstashProvider } from '../src/providers/upstash/definition.ts';
import { RestApi } from '../src/providers/vendor/rest.ts';
import { ProviderRig } from './fixtures/provider-rig.ts';

const account = { email: 'ops@example.com', apiKey: 'canary-upstash-key' };
const rig = new ProviderRig({
  provider: upstashProvider,
  vendor: (pace) => new EmulatedUpstash(pace, account),
  api: (baseUrl, pace) => {
    const basic = Buffer.from(`${account.email}:${account.apiKey}`).toString('base64');
    const authorization = { authorization: `Basic ${basic}` };
    return new RestApi({ vendor: 'Upstash', baseUrl: `${baseUrl}/v2`, authorization, tokenHint: '', pace });
  },
  checks: ({ checks }) => checks,
});
const { vendor: upstash, faults } = rig;

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
    const { id, outputs } = await rig.create('Redis', wanted);
    expect(outputs['url']).toMatch(/^rediss:\/\/default:.+@keelson-prod-a1b2c3\.upstash\.io:6379$/);
    const found = await rig.read('Redis', id, wanted, outputs);
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
    await rig.create('Redis', { ...wanted, name });
    expect([...upstash.databases.values()].filter((database) => database.database_name === name)).toHaveLength(1);
  });

  it('is brought back when somebody turned eviction on, or took a region away', async () => {
    const name = 'changed-by-hand';
    const inputs = { ...wanted, name };
    const { id, outputs } = await rig.create('Redis', inputs);
    Object.assign(upstash.databases.get(id)!, { eviction: true, read_regions: [], tls: false });
    expect((await rig.read('Redis', id, inputs, outputs))?.inputs).toMatchObject({
      eviction: true,
      readRegions: [],
    });
    await rig.update('Redis', id, inputs, outputs);
    expect((await rig.read('Redis', id, inputs, outputs))?.inputs).toEqual({ ...wanted, name });
    expect(upstash.databases.get(id)?.tls).toBe(true);
  });

  it('may not evict, whatever the program says', () => {
    expect(rig.handler('Redis').schema.safeParse({ ...wanted, eviction: true }).error?.issues[0]?.message).toMatch(
      /a queue may not lose/,
    );
  });
});
