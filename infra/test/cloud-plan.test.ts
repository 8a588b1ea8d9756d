import { describe, expect, it } from '@jest/globals';
import { serviceNamed, services } from '@keelson/catalogue';
import { addressesOf } from '../src/cloud/addresses.ts';
import { cloudSettings, nameOf, normalizeCloudSettings, type SettingSpec } from '../src/cloud/settings.ts';
import { dev } from '../src/environments/dev.ts';
import type { CloudEnvironment } from '../src/environments/environment.ts';
import { environments, placeOf, stacksOf } from '../src/environments/named.ts';
import { prod } from '../src/environments/prod.ts';
import { sizes } from '../src/environments/sizes.ts';
import { isSingleton, normalizeRailwayService } from '../src/targets/railway/service-plan.ts';

const values: Record<string, string> = {
  installation: 'a1b2c3',
  domain: 'example.com',
  image: `registry.example.com/acme/keelson@sha256:${'a'.repeat(64)}`,
  alertEmail: 'ops@example.com',
  cloudflareAccount: 'f'.repeat(32),
  cloudflareZone: 'e'.repeat(32),
};
/** What a person sets, and nothing where a usual value serves. */
const complete = (key: string): string | undefined => {
  const spec = Object.values<SettingSpec>(cloudSettings).find((setting) => setting.key === key);
  return spec?.usual === undefined ? (values[key] ?? `${key}-value`) : undefined;
};
const reader = (changed: Record<string, string | undefined> = {}) => ({
  get: (key: string) => (key in changed ? changed[key] : complete(key)),
});

describe('the stacks of an environment', () => {
  it('are one on this machine, and two in a cloud, data first', () => {
    expect(environments.flatMap((environment) => stacksOf(environment))).toEqual([
      'local',
      ...['dev', 'staging', 'prod'].flatMap((name) => [`${name}-data`, name]),
    ]);
    expect(placeOf('prod-data')).toEqual({ environment: prod, layer: 'data' });
    expect(placeOf('prod')).toEqual({ environment: prod, layer: 'app' });
  });

  it('are refused by another name, with those that exist', () => {
    expect(() => placeOf('production')).toThrow(
      'No environment has a stack named "production"; there are local, dev-data,',
    );
  });
});

describe('what a person sets for a cloud', () => {
  it('is taken when it is complete, and only what the layer needs is asked for', () => {
    const settings = normalizeCloudSettings(reader(), prod, 'app');
    expect(settings).toMatchObject({ installation: 'a1b2c3', registryUser: '', supabaseToken: '' });
    expect(nameOf(prod, settings, 'backups')).toBe('keelson-prod-a1b2c3-backups');
    const data = Object.fromEntries(
      Object.keys(cloudSettings).map((key) => [
        key,
        cloudSettings[key as 'image'].layers.includes('data' as never) ? complete(key) : undefined,
      ]),
    );
    expect(() => normalizeCloudSettings({ get: (key) => data[key] }, prod, 'data')).not.toThrow();
  });

  it('is named when it is missing, all at once, each with its purpose and the command that sets it', () => {
    const missing = reader({ railwayToken: undefined, domain: undefined });
    expect(() => normalizeCloudSettings(missing, prod, 'app')).toThrow(
      /^The stack prod cannot be planned:\n {2}domain is missing: .* pulumi config set keelson:domain <value> -s prod\n {2}railwayToken is missing: workspace token of Railway\. Set it: pulumi config set --secret keelson:railwayToken -s prod$/,
    );
  });

  it.each([
    [
      'image',
      'registry.example.com/acme/keelson:latest',
      /image "registry\.example\.com\/acme\/keelson:latest" is not registry\/name@sha256/,
    ],
    ['installation', 'PROD', /installation "PROD" is not a letter and five/],
    ['cloudflareAccount', 'mine', /cloudflareAccount "mine" is not 32 hexadecimal digits/],
    ['githubReviewers', 'alice', /githubReviewers "alice" is not numbers/],
  ])('is refused as %s = %s', (key, value, message) => {
    expect(() => normalizeCloudSettings(reader({ [key]: value }), prod, 'app')).toThrow(message);
  });

  it('is never shown when it is a secret', () => {
    const secrets = Object.values<SettingSpec>(cloudSettings)
      .filter(({ secret }) => secret)
      .map(({ key }) => key);
    expect(secrets.length).toBeGreaterThan(5);
    for (const key of secrets) {
      const wrong = reader({ [key]: '', domain: 'nonsense' });
      expect(() =>
        normalizeCloudSettings(wrong, prod, key === 'supabaseToken' || key === 'upstashApiKey' ? 'data' : 'app'),
      ).toThrow('domain "nonsense"');
    }
  });
});

describe('the public names', () => {
  const settings = normalizeCloudSettings(reader(), prod, 'app');

  it('are bare in production, and have the name of the environment in between elsewhere', () => {
    expect(addressesOf(prod, settings)).toEqual({
      api: 'api.example.com',
      stream: 'stream.example.com',
      app: 'app.example.com',
    });
    expect(addressesOf(dev, settings).api).toBe('api.dev.example.com');
  });
});

describe('a service on Railway', () => {
  const wide: CloudEnvironment = { ...prod, size: 'scale', regions: ['us-east', 'eu-west'] };

  it('has its command, check, drain and limits from the catalogue', () => {
    expect(normalizeRailwayService(serviceNamed('worker'), prod, sizes.growth)).toEqual({
      startCommand: 'node dist/services/worker/src/main.js',
      healthcheckPath: '/health/ready',
      regions: { 'us-east4-eqdc4a': 2 },
      sleepApplication: false,
      overlapSeconds: 10,
      drainingSeconds: 20,
      virtualCpus: 0.5,
      memoryGb: 0.5,
      volume: undefined,
    });
  });

  it.each(Object.entries(sizes))(
    'runs once in size %s when it is a singleton, with no overlap of versions',
    (_name, size) => {
      const singletons = services.filter(isSingleton);
      expect(singletons.map(({ name }) => name).sort()).toEqual(['beat', 'paper-broker']);
      for (const spec of singletons) {
        const plan = normalizeRailwayService(spec, wide, size);
        expect(plan).toMatchObject({ regions: { 'us-east4-eqdc4a': 1 }, overlapSeconds: 0 });
      }
    },
  );

  it('runs in every region when people reach it, and at home when not', () => {
    const regionsOf = (name: string) =>
      Object.keys(normalizeRailwayService(serviceNamed(name), wide, sizes.scale).regions);
    expect(regionsOf('api')).toEqual(['us-east4-eqdc4a', 'europe-west4-drams3a']);
    expect(regionsOf('worker')).toEqual(['us-east4-eqdc4a']);
  });

  it('sleeps in dev when people reach it, never when signals pass through it', () => {
    expect(normalizeRailwayService(serviceNamed('api'), dev, sizes.personal).sleepApplication).toBe(true);
    expect(normalizeRailwayService(serviceNamed('worker'), dev, sizes.personal).sleepApplication).toBe(false);
  });

  it('is refused with more replicas than the catalogue allows', () => {
    const many: CloudEnvironment = { ...prod, services: { worker: { scaling: { replicas: 11 } } } };
    expect(() => normalizeRailwayService(serviceNamed('worker'), many, sizes.growth)).toThrow(
      'worker: 11 replicas are not allowed in prod; 1 to 10 are',
    );
  });
});
