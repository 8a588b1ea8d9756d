import { beforeAll, describe, expect, it } from '@jest/globals';
import { EmulatedSupabase } from '../rehearsal/supabase/vendor.ts';
import type { Properties } from '../src/providers/plugin/wire.ts';
import { authSettings } from '../src/providers/supabase/auth.ts';
import { supabaseProvider } from '../src/providers/supabase/definition.ts';
import { RestApi } from '../src/providers/vendor/rest.ts';
import { ProviderRig } from './fixtures/provider-rig.ts';

const TOKEN = 'canary-supabase-token';
const PASSWORD = 'canary-database-password';
const rig = new ProviderRig({
  provider: supabaseProvider,
  vendor: (pace) => new EmulatedSupabase(pace, [TOKEN]),
  api: (baseUrl, pace) => {
    const authorization = { authorization: `Bearer ${TOKEN}` };
    return new RestApi({ vendor: 'Supabase', baseUrl, authorization, tokenHint: '', pace });
  },
  checks: ({ checks }) => checks,
});
const { vendor: supabase, journal, faults } = rig;

const about = (name: string): Properties => ({
  name,
  organization: 'acme',
  region: 'us-east-1',
  databasePassword: PASSWORD,
  instanceSize: 'small',
});

async function projectNamed(name: string): Promise<string> {
  return (await rig.create('Project', about(name))).id;
}

const auth = authSettings({
  siteUrl: 'https://app.example.com',
  redirectUrls: ['https://app.example.com/auth'],
  signUp: 'invited',
  email: { password: true, magicLinkValidFor: '1 hour' },
  totp: true,
  providers: { google: { clientId: 'google-client', secret: 'canary-google-secret' } },
  accessTokenFor: '1 hour',
  refreshTokenFor: '7 days',
});

describe('a project of Supabase', () => {
  it('is waited for until it is healthy, runs PostgreSQL 17, and reads back as it was asked for', async () => {
    const { id, outputs } = await rig.create('Project', about('one'));
    expect(outputs).toMatchObject({ ref: id, engine: '17', status: 'ACTIVE_HEALTHY', host: `db.${id}.supabase.co` });
    expect((await rig.read('Project', id, about('one'), outputs))?.inputs).toEqual(about('one'));
    expect(journal.entries.filter(({ operation }) => operation === 'GET /v1/projects/{ref}').length).toBeGreaterThan(1);
  });

  it.each(['500', 'timeout', 'reset'] as const)('is made once when a %s hides the answer', async (kind) => {
    faults.order({
      operation: 'POST /v1/projects',
      calls: 'mutating',
      nth: 1,
      times: 1,
      moment: 'after',
      kind,
      retryAfter: 0,
    });
    await projectNamed(`hidden-${kind}`);
    expect([...supabase.world.projects.values()].filter(({ name }) => name === `hidden-${kind}`)).toHaveLength(1);
  });

  it('of an earlier run that was interrupted is taken over by its name, and gets the password of this run', async () => {
    const left = supabase.world.create('left', 'acme', 'us-east-1', 'forgotten', 'small');
    expect(await projectNamed('left')).toBe(left.ref);
    expect(left.password).toBe(PASSWORD);
  });

  it('that was deleted by hand is gone for the next plan, and deleting it again is no error', async () => {
    const id = await projectNamed('gone');
    supabase.world.projects.delete(id);
    expect(await rig.read('Project', id, about('gone'), {})).toBeUndefined();
    await rig.delete('Project', id, about('gone'), {});
  });
});

describe('what a project is set to', () => {
  const settings: readonly (readonly [string, Properties])[] = [
    ['PoolerConfig', { poolMode: 'transaction', defaultPoolSize: 40 }],
    ['PostgresConfig', { settings: { max_connections: 120, statement_timeout: '30s' } }],
    ['AuthConfig', { settings: auth }],
    ['SslEnforcement', { enforced: true }],
    ['NetworkRestrictions', { allowed: ['203.0.113.0/24'], allowedV6: [] }],
    ['BackupSchedule', { time: '03:30:00' }],
    ['Addon', { type: 'pitr', variant: 'pitr_7' }],
    ['Extension', { name: 'vector' }],
    ['ReadReplica', { region: 'us-west-1', number: 1 }],
    ['SigningKey', { algorithm: 'ES256' }],
    ['ApiKey', { name: 'keelson_api', type: 'secret' }],
  ];
  let ref: string;
  beforeAll(async () => {
    ref = await projectNamed('settings');
  });

  it.each(settings)(
    '%s reads back as it was asked for, and is set a second time without a trace',
    async (type, wanted) => {
      const inputs = { ref, ...wanted };
      const { id, outputs } = await rig.create(type, inputs);
      expect((await rig.read(type, id, inputs, outputs))?.inputs ?? inputs).toEqual(inputs);
      const again = await rig.create(type, inputs);
      expect((await rig.read(type, again.id, inputs, again.outputs))?.inputs ?? inputs).toEqual(inputs);
    },
  );

  it('has one replica, one key of its name, and one signing key in use after all that', () => {
    const project = supabase.world.projects.get(ref)!;
    expect(project.replicas).toHaveLength(1);
    expect(project.apiKeys).toHaveLength(1);
    expect(project.signingKeys.filter(({ status }) => status === 'in_use')).toEqual([
      expect.objectContaining({ algorithm: 'ES256' }),
    ]);
  });

  it('shows what was changed by hand', async () => {
    const project = supabase.world.projects.get(ref)!;
    project.ssl = false;
    project.auth['jwt_exp'] = 86_400;
    expect((await rig.read('SslEnforcement', 'id', { ref, enforced: true }, {}))?.inputs).toEqual({
      ref,
      enforced: false,
    });
    const seen = await rig.read('AuthConfig', 'id', { ref, settings: auth }, {});
    expect(seen?.inputs).toEqual({ ref, settings: { ...auth, jwt_exp: 86_400 } });
  });

  it('is refused by the vendor where it sells no point-in-time recovery', async () => {
    const small = supabase.world.create('small', 'acme', 'us-east-1', PASSWORD, 'micro');
    small.readyAt = 0;
    await expect(rig.create('Addon', { ref: small.ref, type: 'pitr', variant: 'pitr_7' })).rejects.toThrow(
      'Could not book pitr_7: Supabase answered 400 ("PITR needs a compute instance of at least small")',
    );
  });
});

describe('auth as we say it', () => {
  it('has the life times of INF-SEC-001, second factor, and turns off what is not named', () => {
    expect(auth).toMatchObject({
      jwt_exp: 3_600,
      sessions_timebox: 168,
      mfa_totp_enroll_enabled: true,
      disable_signup: true,
      external_google_enabled: true,
      external_github_enabled: false,
      external_anonymous_users_enabled: false,
    });
  });
});
