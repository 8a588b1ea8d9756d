import { Database } from '@keelson/persistence';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateWebhookKey } from '../src/webhook-key.ts';
import { WebhookKeys } from '../src/webhook-keys.ts';

let database: TestDatabase;
let team: SeededTeam;

beforeAll(async () => {
  database = await testDatabase();
  team = await seedTeam(database, { rateLimitPerMinute: 30 });
});
afterAll(() => database.close());

describe('WebhookKeys', () => {
  it('finds whom a key speaks for, by the key alone or with its path', async () => {
    const keys = new WebhookKeys(database.db);
    const found = {
      webhookKeyId: team.webhookKeyId,
      teamId: team.teamId,
      accountId: team.accountId,
      strategy: 'test',
      rateLimitPerMinute: 30,
      burst: null,
    };
    expect(await keys.resolve({ key: team.webhookKey })).toEqual(found);
    expect(await keys.resolve({ key: team.webhookKey, pathId: team.pathId })).toEqual(found);
  });

  it('does not find an unknown key, text that is no key, or a key on the path of another', async () => {
    const keys = new WebhookKeys(database.db);
    const other = await seedTeam(database);
    expect(await keys.resolve({ key: generateWebhookKey().key })).toBeUndefined();
    expect(await keys.resolve({ key: `${team.webhookKey} ` })).toBeUndefined();
    await keys.resolve({ key: team.webhookKey, pathId: team.pathId });
    expect(await keys.resolve({ key: team.webhookKey, pathId: other.pathId })).toBeUndefined();
    expect(await keys.resolve({ key: team.webhookKey, pathId: 'nowhere' })).toBeUndefined();
  });

  it('asks Postgres once for requests that come together and for those that follow', async () => {
    const keys = new WebhookKeys(database.db);
    const before = database.db.counters.commits;
    await Promise.all(Array.from({ length: 20 }, () => keys.resolve({ key: team.webhookKey })));
    await keys.resolve({ key: team.webhookKey });
    expect(database.db.counters.commits - before).toBe(1);
  });

  it('remembers no miss: a new key works at once', async () => {
    const keys = new WebhookKeys(database.db);
    const fresh = generateWebhookKey();
    expect(await keys.resolve({ key: fresh.key })).toBeUndefined();
    await database.admin(
      `insert into keelson.webhook_keys (webhook_key_id, team_id, account_id, path_id, key_sha256, strategy)
       values (gen_random_uuid(), $1, $2, $3, $4, 'fresh')`,
      [team.teamId, team.accountId, fresh.pathId, fresh.keySha256],
    );
    expect(await keys.resolve(fresh)).toMatchObject({ strategy: 'fresh', rateLimitPerMinute: null });
  });

  it('stops accepting a revoked key within five seconds, and at once where it was not in use', async () => {
    const doomed = await seedTeam(database);
    const inUse = new WebhookKeys(database.db);
    expect(await inUse.resolve({ key: doomed.webhookKey })).toBeDefined();
    await database.admin('update keelson.webhook_keys set revoked_at = now() where webhook_key_id = $1', [
      doomed.webhookKeyId,
    ]);
    const revokedAt = performance.now();
    expect(await new WebhookKeys(database.db).resolve({ key: doomed.webhookKey })).toBeUndefined();
    while (await inUse.resolve({ key: doomed.webhookKey })) {
      expect(performance.now() - revokedAt).toBeLessThan(5_500);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, 10_000);

  it('passes on that Postgres is away, and asks again the next time', async () => {
    const away = new Database({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1, applicationName: 'away' });
    const keys = new WebhookKeys(away);
    await expect(keys.resolve({ key: team.webhookKey })).rejects.toThrow('ECONNREFUSED');
    await expect(keys.resolve({ key: team.webhookKey })).rejects.toThrow('ECONNREFUSED');
    await away.close();
  });
});
