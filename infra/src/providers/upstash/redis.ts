import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';
import { makeOnce } from '../vendor/make-once.ts';
import type { RestApi } from '../vendor/rest.ts';
import { waitUntil } from '../vendor/wait-until.ts';

const inputs = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be lower-case letters, digits and hyphens, at most 40'),
  platform: z.enum(['aws', 'gcp']),
  primaryRegion: z.string().min(1),
  readRegions: z.array(z.string().min(1)),
  plan: z.enum(['free', 'payg', 'fixed_250mb', 'fixed_1gb', 'fixed_5gb', 'fixed_10gb', 'fixed_50gb']),
  /** US dollars a month; above it the vendor refuses commands. Only pay-as-you-go has one. */
  budget: z.int().min(1).optional(),
  /** A queue must never lose a job to make room: anything but false is refused here. */
  eviction: z.literal(false, 'must be off: a queue may not lose a job to make room'),
  dailyBackup: z.boolean(),
});
type RedisInputs = z.infer<typeof inputs>;

const summary = z.object({ database_id: z.string(), database_name: z.string() });
const database = summary.extend({
  state: z.string(),
  endpoint: z.string(),
  port: z.number(),
  password: z.string(),
  tls: z.boolean(),
  eviction: z.boolean().optional(),
  primary_region: z.string(),
  read_regions: z.array(z.string()).nullish(),
  budget: z.number().nullish(),
  daily_backup_enabled: z.boolean().optional(),
});
type Database = z.infer<typeof database>;

function look(api: RestApi, id: string, signal: AbortSignal): Promise<Database | undefined> {
  const path = `/redis/database/${encodeURIComponent(id)}`;
  return api.find({ what: `read the database ${id}`, method: 'GET', path, answer: database, repeatable: true, signal });
}

async function findByName(api: RestApi, name: string, signal: AbortSignal): Promise<string | undefined> {
  const all = await api.run({
    what: 'list the databases',
    method: 'GET',
    path: '/redis/databases',
    answer: z.array(summary),
    repeatable: true,
    signal,
  });
  return all.find((one) => one.database_name === name)?.database_id;
}

async function create(api: RestApi, wanted: RedisInputs, signal: AbortSignal): Promise<string> {
  const made = await api.run({
    what: `create the database "${wanted.name}"`,
    method: 'POST',
    path: '/redis/database',
    body: {
      database_name: wanted.name,
      platform: wanted.platform,
      primary_region: wanted.primaryRegion,
      read_regions: wanted.readRegions,
      plan: wanted.plan,
      ...(wanted.budget !== undefined && { budget: wanted.budget }),
      eviction: wanted.eviction,
      tls: true,
    },
    answer: summary,
    repeatable: false,
    signal,
  });
  return made.database_id;
}

/** One change of a database that exists; each sets what shall be. */
function change(
  api: RestApi,
  what: string,
  method: 'POST' | 'PATCH',
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<void> {
  return api.do({ what, method, path, ...(body === undefined ? {} : { body }), repeatable: true, signal });
}

/** Brings everything that can differ to what is wanted; asks only for what differs. */
async function settle(api: RestApi, id: string, wanted: RedisInputs, signal: AbortSignal): Promise<Database> {
  const now = await active(api, id, signal);
  const { name, budget, readRegions, dailyBackup } = wanted;
  if (now.database_name !== name)
    await change(api, 'rename the database', 'POST', `/redis/rename/${id}`, { name }, signal);
  if (now.eviction === true)
    await change(api, 'turn eviction off', 'POST', `/redis/disable-eviction/${id}`, undefined, signal);
  if (!now.tls) await change(api, 'turn TLS on', 'POST', `/redis/enable-tls/${id}`, undefined, signal);
  if (budget !== undefined && now.budget !== budget) {
    await change(api, 'set the budget', 'PATCH', `/redis/update-budget/${id}`, { budget }, signal);
  }
  if ([...(now.read_regions ?? [])].sort().join() !== [...readRegions].sort().join()) {
    await change(
      api,
      'set the read regions',
      'POST',
      `/redis/update-regions/${id}`,
      { read_regions: readRegions },
      signal,
    );
  }
  if ((now.daily_backup_enabled ?? false) !== dailyBackup) {
    const verb = dailyBackup ? 'enable' : 'disable';
    await change(api, `${verb} the daily backup`, 'PATCH', `/redis/${verb}-dailybackup/${id}`, undefined, signal);
  }
  return active(api, id, signal);
}

async function active(api: RestApi, id: string, signal: AbortSignal): Promise<Database> {
  const found = await waitUntil(api.pace, {
    until: 'the database is active',
    every: '2 seconds',
    atMost: '5 minutes',
    look: () => look(api, id, signal),
    done: (now) => now === undefined || now.state === 'active',
    describe: (now) => now?.state ?? 'gone',
    signal,
  });
  if (!found) throw new Error(`The database ${id} is gone; run the command again`);
  return found;
}

function outputsOf(found: Database): Properties {
  const { database_id: databaseId, endpoint, port, password } = found;
  return { databaseId, endpoint, port, url: `rediss://default:${encodeURIComponent(password)}@${endpoint}:${port}` };
}

/** A Redis database: the carrier. TLS only, never evicting. */
export const redisHandler: ResourceHandler<RestApi, RedisInputs> = {
  schema: inputs,
  secretOutputs: ['url'],
  replaceOn: ['platform', 'primaryRegion'],
  planned: async (_api, _wanted, before) =>
    before ?? Object.fromEntries(['databaseId', 'endpoint', 'port', 'url'].map((name) => [name, UNKNOWN])),
  async create(api, wanted, { signal }) {
    const id = await makeOnce(
      api.pace,
      () => findByName(api, wanted.name, signal),
      () => create(api, wanted, signal),
      signal,
    );
    return { id, outputs: outputsOf(await settle(api, id, wanted, signal)) };
  },
  async update(api, wanted, _before, { id, signal }) {
    await change(
      api,
      `move to the plan ${wanted.plan}`,
      'POST',
      `/redis/${id}/change-plan`,
      { plan_name: wanted.plan },
      signal,
    );
    return outputsOf(await settle(api, id, wanted, signal));
  },
  async read(api, wanted, _before, { id, signal }) {
    const found = await look(api, id, signal);
    if (!found) return undefined;
    const shown = {
      ...wanted,
      name: found.database_name,
      primaryRegion: found.primary_region,
      readRegions: found.read_regions ?? [],
      ...(wanted.budget !== undefined && { budget: found.budget ?? 0 }),
      eviction: found.eviction ?? false,
      dailyBackup: found.daily_backup_enabled ?? false,
    };
    return { inputs: shown as Properties, outputs: outputsOf(found) };
  },
  delete: (api, { name }, _before, { id, signal }) =>
    api.do({
      what: `delete the database "${name}"`,
      method: 'DELETE',
      path: `/redis/database/${id}`,
      repeatable: true,
      gone: true,
      signal,
    }),
};
