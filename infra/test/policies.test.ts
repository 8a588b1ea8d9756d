import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { Stage } from '../rehearsal/stage.ts';
import { dev } from '../src/environments/dev.ts';
import { prod } from '../src/environments/prod.ts';
import type { Layer } from '../src/environments/named.ts';
import type { PlannedResource, Place } from '../src/policies/rule.ts';
import { rules } from '../src/policies/rules.ts';
import { SEALED } from '../src/policies/rules/secrets-secret.ts';
import { repositoryFolder } from '../src/targets/local/folders.ts';

const inProd = (layer: Layer = 'app'): Place => ({ environment: prod, layer });
const inDev = (layer: Layer = 'app'): Place => ({ environment: dev, layer });

function made(type: string, properties: Record<string, unknown> = {}, more: Partial<PlannedResource> = {}) {
  return { type, name: 'api', properties, protect: false, ...more } satisfies PlannedResource;
}
const instance = (properties: Record<string, unknown>, name = 'api') =>
  made('railway:index:ServiceInstance', properties, { name });
const variables = (values: Record<string, string>) => made('railway:index:Variables', { variables: values });
const redis = (properties: Record<string, unknown>) => made('upstash:index:Redis', properties);
const domain = (name: string, targetPort = 8080) => made('railway:index:CustomDomain', { targetPort }, { name });
const bucket = 'cloudflare:index/r2Bucket:R2Bucket';
const digest = `registry.example.com/acme/keelson@sha256:${'a'.repeat(64)}`;

/** What a rule says of a program: of each resource, then of all. */
function said(name: string, resources: readonly PlannedResource[], place: Place): readonly string[] {
  const rule = rules.find((one) => one.name === name);
  if (!rule) throw new Error(`there is no rule ${name}`);
  return [
    ...resources.flatMap((resource) => rule.check?.(resource, place) ?? []),
    ...(rule.checkAll?.(resources, place) ?? []),
  ];
}

interface Case {
  readonly rule: string;
  readonly place: Place;
  readonly violating: readonly PlannedResource[];
  readonly says: readonly string[];
  readonly passing: readonly PlannedResource[];
}

const backedUp = [
  made('supabase:index:BackupSchedule'),
  made(bucket),
  made('cloudflare:index/r2BucketLock:R2BucketLock'),
  made('supabase:index:Addon', { type: 'pitr' }),
];
const tls = made('supabase:index:SslEnforcement', { enforced: true });
const limit = (properties: Record<string, unknown>) => made('railway:index:UsageLimit', properties);

const cases: readonly Case[] = [
  {
    rule: 'images-by-digest',
    place: inDev(),
    violating: [instance({ image: 'acme/keelson:latest' }), instance({ image: 'acme/keelson@sha256:12' })],
    says: ['the image acme/keelson:latest has no digest', 'the image acme/keelson@sha256:12 has no digest'],
    passing: [instance({ image: digest })],
  },
  {
    rule: 'data-protected',
    place: inProd('data'),
    violating: [made('supabase:index:Project'), made(bucket)],
    says: ['it holds data and is not protected', 'it holds data and is not protected'],
    passing: [made('supabase:index:Project', {}, { protect: true }), made('supabase:index:AuthConfig')],
  },
  {
    rule: 'no-public-datastore',
    place: inDev(),
    violating: [domain('worker'), domain('api', 5432), made('railway:index:TcpProxy')],
    says: ['worker is not public in the catalogue', '5432 is the port of a datastore', 'it opens a store to everybody'],
    passing: [domain('api'), domain('stream-gateway')],
  },
  {
    rule: 'tls-only',
    place: inDev('data'),
    violating: [
      variables({ REDIS_URL: 'redis://h', DATABASE_URL: 'postgres://h/d?sslmode=prefer', X: 'http://h.example.com' }),
      made('supabase:index:SslEnforcement', { enforced: false }),
    ],
    says: [
      'REDIS_URL is an address without encryption',
      'DATABASE_URL is an address without encryption',
      'X is an address without encryption',
      'the database takes connections without TLS',
    ],
    passing: [
      variables({
        REDIS_URL: 'rediss://h',
        DATABASE_URL: 'postgres://h/d?sslmode=require&x=1',
        PAPER: 'http://paper-broker.railway.internal:8080',
      }),
      tls,
    ],
  },
  {
    rule: 'secrets-secret',
    place: inDev(),
    violating: [made('pulumi:providers:railway', { token: 'x' }), variables({ A: 'b' })],
    says: ['token is not marked as a secret', 'variables is not marked as a secret'],
    passing: [made('pulumi:providers:railway', { token: SEALED }), instance({ image: digest })],
  },
  {
    rule: 'tokens-never-plain',
    place: inDev(),
    violating: [
      instance({ startCommand: `node main.js --key ghp_${'a'.repeat(36)}`, image: 'https://u:password1@h/i' }),
    ],
    says: ['startCommand holds what looks like a secret', 'image holds what looks like a secret'],
    passing: [instance({ startCommand: 'node main.js', image: digest }), variables({ KEY: `ghp_${'a'.repeat(36)}` })],
  },
  {
    rule: 'names-carry-place',
    place: inProd('data'),
    violating: [redis({ name: 'keelson-dev-a1b2c3' }), redis({ name: 'cache' })],
    says: [
      '"keelson-dev-a1b2c3" does not begin with keelson-prod-<installation>',
      '"cache" does not begin with keelson-prod-<installation>',
    ],
    passing: [redis({ name: 'keelson-prod-a1b2c3' }), made(bucket, { name: 'keelson-prod-a1b2c3-backups' })],
  },
  {
    rule: 'budgets-present',
    place: inProd(),
    violating: [redis({ plan: 'payg' })],
    says: ['it is paid by use and has no budget', 'nobody is told when the services cost more than they should'],
    passing: [redis({ plan: 'payg', budget: 20 }), limit({ softLimitDollars: 500 })],
  },
  {
    rule: 'backups-on',
    place: inProd('data'),
    violating: [redis({ dailyBackup: false }), made('railway:index:Volume', { backups: [] }), ...backedUp.slice(0, 3)],
    says: [
      'it has no daily backup',
      'its files have no backup',
      'the database cannot be restored to a moment (no pitr add-on)',
    ],
    passing: [redis({ dailyBackup: true }), made('railway:index:Volume', { backups: ['DAILY'] }), ...backedUp],
  },
  {
    rule: 'two-replicas',
    place: inProd(),
    violating: [instance({ regions: { here: 1 } }), instance({ regions: { here: 2 } }, 'beat')],
    says: ['1 would run, 2 are the least', 'beat is a singleton, and 2 would run'],
    passing: [instance({ regions: { here: 1, there: 1 } }), instance({ regions: { here: 1 } }, 'beat')],
  },
  {
    rule: 'nothing-evicted',
    place: inDev('data'),
    violating: [redis({ eviction: true })],
    says: ['it evicts keys when it is full'],
    passing: [redis({ eviction: false })],
  },
  {
    rule: 'health-checked',
    place: inDev(),
    violating: [instance({ drainingSeconds: 0 })],
    says: ['it has no health check', 'it has no time to drain'],
    passing: [instance({ healthcheckPath: '/health/ready', drainingSeconds: 20 })],
  },
  {
    rule: 'awake-in-production',
    place: inProd(),
    violating: [instance({ sleepApplication: true })],
    says: ['it would sleep'],
    passing: [instance({ sleepApplication: false })],
  },
  {
    rule: 'live-trading-where-meant',
    place: inDev(),
    violating: [variables({ LIVE_TRADING: 'on' })],
    says: ['LIVE_TRADING is on in dev'],
    passing: [variables({ LIVE_TRADING: 'off' }), variables({})],
  },
];

describe('the rules of a cloud', () => {
  it('each have a violating and a passing program', () => {
    expect(cases.map(({ rule }) => rule)).toEqual(rules.map(({ name }) => name));
  });

  it.each(cases)(
    '$rule names what is wrong, and nothing when it is right',
    ({ rule, place, violating, says, passing }) => {
      expect(said(rule, violating, place)).toEqual(says);
      expect(said(rule, passing, place)).toEqual([]);
    },
  );

  it('ask for less where no money is', () => {
    const modest = [instance({ regions: { here: 1 }, sleepApplication: true }), redis({ dailyBackup: false })];
    for (const rule of ['two-replicas', 'awake-in-production', 'backups-on', 'data-protected']) {
      expect(said(rule, modest, inDev('data'))).toEqual([]);
    }
  });

  it('notice what is absent', () => {
    expect(said('tls-only', [], inDev('data'))).toEqual([
      'no SslEnforcement: the database takes connections without TLS',
    ]);
    expect(said('backups-on', [], inProd('data'))).toHaveLength(4);
    expect(said('budgets-present', [limit({ softLimitDollars: 500, hardLimitDollars: 600 })], inProd())).toEqual([
      'a hard limit stops the services, while orders may be open',
    ]);
  });
});

describe('on the real engine', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open(prod);
  }, 300_000);
  afterAll(() => stage.close());

  /** Names of the rules that a run was refused by. */
  const refusals = (text: string): string[] =>
    [...text.matchAll(/\[mandatory\]\s+([a-z-]+)/g)].map((match) => match[1]!);

  it('a program with mistakes that no provider refuses is refused at its preview, by the rules, before any vendor is asked', async () => {
    const folder = join(repositoryFolder, 'infra', 'test', 'fixtures', 'policies');
    const pack = ['--policy-pack', join(repositoryFolder, 'infra', 'src', 'policies')];
    const words = ['preview', '-C', folder, '--non-interactive', '--stack', 'prod', ...pack];
    const { code, text } = await stage.pulumi([...words, '--config-file', join(stage.folder, 'Pulumi.prod.yaml')]);
    expect(code).not.toBe(0);
    expect(new Set(refusals(text))).toEqual(
      new Set([
        'data-protected',
        'tls-only',
        'secrets-secret',
        'tokens-never-plain',
        'names-carry-place',
        'budgets-present',
        'budgets-present-everywhere',
        'backups-on',
        'two-replicas',
        'health-checked',
        'awake-in-production',
      ]),
    );
    expect(text).toContain('token is not marked as a secret');
    expect(text).not.toContain('in-clear-text');
    expect(stage.journal.entries).toEqual([]);
  }, 300_000);

  it('the program of prod passes; with a size that has no recovery to a moment, its data is refused', async () => {
    const fine = await stage.run('preview', 'prod-data');
    expect({ code: fine.code, refusals: refusals(fine.text) }).toEqual({ code: 0, refusals: [] });
    await stage.configure('prod-data', { size: 'personal' });
    const refused = await stage.run('preview', 'prod-data');
    expect(refused.code).not.toBe(0);
    expect(refusals(refused.text)).toEqual(['backups-on-everywhere']);
    expect(refused.text).toContain('cannot be restored to a moment');
  }, 300_000);
});
