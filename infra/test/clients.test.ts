import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRailway, type Railway } from '@crisog/railway-sdk';
import { SupabaseManagementAPI, type SupabaseManagementAPIError } from 'supabase-management-js';
import { Faults } from '../rehearsal/emulator/faults.ts';
import { HttpEmulator } from '../rehearsal/emulator/http-emulator.ts';
import { Journal } from '../rehearsal/emulator/journal.ts';
import { EmulatedRailway } from '../rehearsal/railway/vendor.ts';
import { EmulatedSupabase } from '../rehearsal/supabase/vendor.ts';
import { EmulatedUpstash } from '../rehearsal/upstash/vendor.ts';
import { paceOf } from '../src/providers/vendor/pace.ts';

/** The emulators judged by somebody else: clients that the vendors, or their communities, publish. */
const pace = paceOf({ startedAt: Date.now(), factor: 2_000 });
const DEADLINE_MS = 30_000;

/** What the client of Railway answers with (neverthrow), as far as it is used. */
interface Outcome<Answer> {
  match<Result>(answered: (answer: Answer) => Result, refused: (refusal: Error) => Result): Promise<Result>;
}

describe('supabase-management-js drives the emulator of Supabase', () => {
  const TOKEN = 'canary-supabase-token';
  const supabase = new EmulatedSupabase(pace, [TOKEN]);
  let emulator: HttpEmulator;
  let client: SupabaseManagementAPI;
  let ref = '';

  beforeAll(async () => {
    emulator = await HttpEmulator.start({ vendor: supabase, journal: new Journal(), faults: new Faults(), pace });
    client = new SupabaseManagementAPI({ accessToken: TOKEN, baseUrl: emulator.url });
  });
  afterAll(async () => {
    await emulator.close();
    expect(supabase.checks.violations).toEqual([]);
  });

  const refusal = (work: Promise<unknown>): Promise<SupabaseManagementAPIError> =>
    work.then(
      () => {
        throw new Error('It was not refused');
      },
      (error: SupabaseManagementAPIError) => error,
    );
  const healthy = async (): Promise<void> => {
    const end = Date.now() + DEADLINE_MS;
    while ((await client.getProject(ref)).data.status !== 'ACTIVE_HEALTHY') {
      if (Date.now() > end) throw new Error('The project did not become healthy');
      await pace.sleep('5 seconds');
    }
  };
  const wanted = {
    name: 'keelson-dev-a1b2c3',
    organization_slug: 'acme',
    db_pass: 'canary-database-password',
    region_selection: { type: 'specific', code: 'us-east-1' },
    desired_instance_size: 'micro',
  } as const;

  it('makes a project, waits until it is healthy, and finds it among all', async () => {
    const made = await client.createAProject(wanted);
    expect(made.data).toMatchObject({ name: wanted.name, status: 'COMING_UP' });
    ref = made.data.ref;
    await healthy();
    expect((await client.listAllProjects()).data.map((project) => project.ref)).toEqual([ref]);
    expect(await refusal(client.createAProject(wanted))).toMatchObject({ status: 409 });
  }, 60_000);

  it('reads back each setting that it changes', async () => {
    await client.updateSslEnforcementConfig(ref, { requestedConfig: { database: true } });
    expect((await client.getSslEnforcementConfig(ref)).data.currentConfig.database).toBe(true);
    const cidrs = { dbAllowedCidrs: ['203.0.113.0/24'], dbAllowedCidrsV6: [] };
    await client.updateNetworkRestrictions(ref, cidrs);
    expect((await client.getNetworkRestrictions(ref)).data.config).toMatchObject(cidrs);
    await client.updatePostgresConfig(ref, { statement_timeout: '30s' });
    expect((await client.getPostgresConfig(ref)).data.statement_timeout).toBe('30s');
    await client.updatePoolerConfig(ref, { default_pool_size: 30 });
    expect((await client.getPoolerConfig(ref)).data[0]).toMatchObject({
      default_pool_size: 30,
      pool_mode: 'transaction',
    });
    await client.updateAuthServiceConfig(ref, { jwt_exp: 3_600, site_url: 'https://app.example.com' });
    expect((await client.getAuthServiceConfig(ref)).data).toMatchObject({ site_url: 'https://app.example.com' });
  });

  it('books another size, sees it restart, and is refused what is not sold for it', async () => {
    expect(await refusal(client.applyProjectAddon(ref, { addon_type: 'pitr', addon_variant: 'pitr_7' }))).toMatchObject(
      { status: 400 },
    );
    await client.applyProjectAddon(ref, { addon_type: 'compute_instance', addon_variant: 'ci_small' });
    await healthy();
    const { data } = await client.listProjectAddons(ref);
    expect(data.selected_addons).toMatchObject([{ type: 'compute_instance', variant: { id: 'ci_small' } }]);
  }, 60_000);

  it('makes keys whose value is told once, and takes them away', async () => {
    const made = await client.createProjectApiKey(ref, { name: 'webapp', type: 'publishable' }, { reveal: true });
    expect(made.data.api_key).toMatch(/^sb_publishable_/);
    const listed = (await client.getProjectApiKeys(ref, {})).data;
    expect(listed).toMatchObject([{ id: made.data.id, name: 'webapp' }]);
    expect(listed[0]?.api_key).not.toBe(made.data.api_key);
    await client.deleteProjectApiKey(ref, String(made.data.id), {});
    expect((await client.getProjectApiKeys(ref, {})).data).toEqual([]);
    const key = (await client.createProjectSigningKey(ref, { algorithm: 'ES256' })).data;
    await client.updateProjectSigningKey(ref, key.id, { status: 'in_use' });
    const states = (await client.getProjectSigningKeys(ref)).data.keys.map(({ status }) => status);
    expect(states).toEqual(['previously_used', 'in_use']);
  });

  it('deletes the project, and is told of what is gone and of a token that is not known', async () => {
    await client.deleteAProject(ref);
    expect(await refusal(client.getProject(ref))).toMatchObject({ status: 404 });
    const stranger = new SupabaseManagementAPI({ accessToken: 'sbp_other', baseUrl: emulator.url });
    expect(await refusal(stranger.listAllProjects())).toMatchObject({ status: 401 });
  });
});

describe('@crisog/railway-sdk drives the emulator of Railway', () => {
  const TOKEN = 'canary-railway-token';
  // Its documents ask for everything that the schema has, most of which no program of ours reads.
  const railway = new EmulatedRailway(pace, [TOKEN], { blanks: true });
  let emulator: HttpEmulator;
  let client: Railway;
  let projectId = '';
  let environmentId = '';
  let serviceId = '';

  beforeAll(async () => {
    emulator = await HttpEmulator.start({ vendor: railway, journal: new Journal(), faults: new Faults(), pace });
    client = createRailway({ token: TOKEN, endpoint: `${emulator.url}/graphql/v2` });
  });
  afterAll(async () => {
    await emulator.close();
    expect(railway.front.checks.violations).toEqual([]);
  });

  /** The answer; rejects with the vendor's words of a refusal. */
  const answerOf = <Answer>(result: Outcome<Answer>): Promise<Answer> =>
    result.match(
      (answer) => answer,
      (refusal) => {
        throw refusal;
      },
    );

  it('makes a project with an environment and a service, and reads them back', async () => {
    const input = { name: 'keelson-dev', workspaceId: 'acme', defaultEnvironmentName: 'dev' };
    projectId = (await answerOf(client.projects.create({ variables: { input } }))).projectCreate.id;
    expect(await answerOf(client.projects.get({ variables: { id: projectId } }))).toMatchObject({
      project: { id: projectId, name: 'keelson-dev' },
    });
    environmentId = railway.world.projects.get(projectId)?.environments[0]?.id ?? '';
    const service = { name: 'api', projectId, environmentId };
    serviceId = (await answerOf(client.services.create({ variables: { input: service } }))).serviceCreate.id;
    expect(await answerOf(client.services.get({ variables: { id: serviceId } }))).toMatchObject({
      service: { name: 'api', projectId },
    });
  });

  it('sets what the processes of a service get, and reads it back', async () => {
    const of = { projectId, environmentId, serviceId };
    const input = { ...of, variables: { LOG_LEVEL: 'debug' } };
    expect(await answerOf(client.variables.collectionUpsert({ variables: { input } }))).toMatchObject({
      variableCollectionUpsert: true,
    });
    expect(await answerOf(client.variables.list({ variables: of }))).toMatchObject({
      variables: { LOG_LEVEL: 'debug', RAILWAY_SERVICE_NAME: 'api' },
    });
    const settings = { drainingSeconds: 12 };
    await answerOf(client.services.instances.update({ variables: { serviceId, environmentId, input: settings } }));
    expect(railway.world.instanceOf(serviceId, environmentId).settings).toMatchObject(settings);
  });

  it('deletes them, and is told of what is gone and of a token that is not known', async () => {
    await answerOf(client.services.delete({ variables: { id: serviceId } }));
    await expect(answerOf(client.services.get({ variables: { id: serviceId } }))).rejects.toThrow('not found');
    await answerOf(client.projects.delete({ variables: { id: projectId } }));
    await expect(answerOf(client.projects.get({ variables: { id: projectId } }))).rejects.toThrow('Project not found');
    const stranger = createRailway({ token: 'other', endpoint: `${emulator.url}/graphql/v2` });
    await expect(answerOf(stranger.projects.get({ variables: { id: projectId } }))).rejects.toThrow('Not Authorized');
  });
});

describe('the command-line tool of Upstash drives the emulator of Upstash', () => {
  const account = { email: 'ops@example.com', apiKey: 'canary-upstash-key' };
  const upstash = new EmulatedUpstash(pace, account);
  const home = mkdtempSync(join(tmpdir(), 'keelson-upstash-'));
  const package_ = createRequire(import.meta.url).resolve('@upstash/cli/package.json');
  let emulator: HttpEmulator;
  let id = '';

  beforeAll(async () => {
    emulator = await HttpEmulator.start({ vendor: upstash, journal: new Journal(), faults: new Faults(), pace });
  });
  afterAll(async () => {
    await emulator.close();
    rmSync(home, { recursive: true, force: true });
    expect(upstash.checks.violations).toEqual([]);
  });

  /** What the tool prints: the answer, or `{ error }`. */
  function tool(words: readonly string[], apiKey = account.apiKey): Promise<unknown> {
    const preload = join(import.meta.dirname, 'fixtures', 'redirect-upstash.mjs');
    const script = join(dirname(package_), 'dist', 'cli.js');
    const env = {
      PATH: process.env['PATH'],
      UPSTASH_CONFIG_HOME: home,
      UPSTASH_LEGACY_CONFIG_HOME: home,
      UPSTASH_EMAIL: account.email,
      UPSTASH_API_KEY: apiKey,
      KEELSON_UPSTASH_URL: emulator.url,
    };
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        ['--import', preload, script, 'redis', ...words],
        { env, cwd: home, timeout: DEADLINE_MS },
        (_error, stdout, stderr) => {
          try {
            resolve(JSON.parse(stdout || stderr));
          } catch {
            reject(new Error(`The tool said ${stdout}${stderr}`));
          }
        },
      );
    });
  }

  it('finds a database that was made as the vendor’s schema says', async () => {
    // The tool's own create leaves out what the schema requires; README.md beside the emulators has all four differences.
    const body = { platform: 'aws', database_name: 'keelson-dev', primary_region: 'us-east-1' };
    const authorization = `Basic ${Buffer.from(`${account.email}:${account.apiKey}`).toString('base64')}`;
    const made = await fetch(`${emulator.url}/v2/redis/database`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify(body),
    });
    id = ((await made.json()) as { database_id: string }).database_id;
    expect(await tool(['list'])).toMatchObject([{ database_id: id, database_name: 'keelson-dev', tls: true }]);
  }, 60_000);

  it('changes it, and hides its password when asked to', async () => {
    const of = ['--db-id', id];
    expect(await tool(['rename', ...of, '--name', 'keelson-prod'])).toMatchObject({ database_name: 'keelson-prod' });
    await tool(['update-budget', ...of, '--budget', '50']);
    await tool(['disable-eviction', ...of]);
    const shown = await tool(['get', ...of]);
    expect(shown).toMatchObject({ database_name: 'keelson-prod', budget: 50, eviction: false });
    expect(shown).toHaveProperty('password', upstash.databases.get(id)?.password);
    expect(await tool(['get', ...of, '--hide-credentials'])).not.toHaveProperty('password');
  }, 60_000);

  it('deletes it, and is told of what is gone and of a key that is not known', async () => {
    await tool(['delete', '--db-id', id]);
    expect(upstash.databases.size).toBe(0);
    expect(await tool(['get', '--db-id', id])).toEqual({ error: 'database not found' });
    expect(await tool(['list'], 'other')).toEqual({ error: 'Unauthorized' });
  }, 60_000);
});
