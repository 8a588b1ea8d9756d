import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { adoptLost, NotPlanned } from '../src/adoption/adopt.ts';
import { planOf, troublesOf } from '../src/adoption/plan.ts';
import type { EngineAnswer, StackEngine } from '../src/adoption/stack-engine.ts';
import { lookUpsOf } from '../src/adoption/vendors.ts';
import { UNKNOWN, type Properties } from '../src/providers/plugin/wire.ts';
import { paceOf } from '../src/providers/vendor/pace.ts';
import { cloudflareDouble } from '../rehearsal/doubles/cloudflare.ts';
import { DoubledVendor, type DoublePackage } from '../rehearsal/doubles/double.ts';
import { githubDouble } from '../rehearsal/doubles/github.ts';
import { cloudflareRest } from '../rehearsal/doubles/rest/cloudflare.ts';
import { githubRest } from '../rehearsal/doubles/rest/github.ts';
import { vercelRest } from '../rehearsal/doubles/rest/vercel.ts';
import { vercelDouble } from '../rehearsal/doubles/vercel.ts';
import { Faults } from '../rehearsal/emulator/faults.ts';
import { HttpEmulator } from '../rehearsal/emulator/http-emulator.ts';
import { Journal } from '../rehearsal/emulator/journal.ts';

const TOKEN = 'a-token';
const PROVIDER = 'urn:pulumi:dev::keelson::pulumi:providers:some::some';
const PARENT = 'urn:pulumi:dev::keelson::keelson:cloud:Some::some';
const ROOT = { urn: 'urn:pulumi:dev::keelson::pulumi:pulumi:Stack::keelson-dev', type: 'pulumi:pulumi:Stack' };
const RECORD = 'cloudflare:index/dnsRecord:DnsRecord';
const POLICY = 'cloudflare:index/notificationPolicy:NotificationPolicy';
const zoneId = 'e'.repeat(32);
const accountId = 'f'.repeat(32);
const record = { zoneId, name: 'app.example.com', type: 'CNAME', content: 'b', comment: 'keelson-dev-a1b2c3, managed' };
const policy = { accountId, name: 'keelson-dev-a1b2c3-incidents' };

const urnOf = (type: string, name = 'it'): string => `urn:pulumi:dev::keelson::keelson:cloud:Some$${type}::${name}`;

interface Step {
  readonly type: string;
  readonly op?: string;
  readonly name?: string;
  readonly id?: string;
  readonly inputs?: Properties;
}

/** The lines of a preview, in the engine's form. */
function previewOf(steps: readonly Step[], groups: readonly string[] = [PROVIDER, PARENT]): string {
  const lines = [
    ...groups.map((urn) => ({ op: 'same', urn, type: 'group', old: { id: 'p' }, new: {} })),
    ...steps.map(({ type, op = 'create', name, id, inputs = {} }) => ({
      ...{ op, urn: urnOf(type, name), type, old: id === undefined ? null : { id } },
      new: { custom: true, parent: PARENT, provider: `${PROVIDER}::7`, inputs },
    })),
  ];
  return lines.map((metadata) => JSON.stringify({ resourcePreEvent: { metadata } })).join('\n');
}

/** An engine that tells these previews, one after the other, and keeps what it was asked. */
class ToldEngine implements StackEngine {
  readonly stack = 'dev';
  readonly environment: NodeJS.ProcessEnv;
  readonly asked: string[] = [];
  readonly imported: { readonly nameTable: Record<string, string>; readonly resources: Record<string, string>[] }[] =
    [];
  settled: readonly string[] = [];
  renamed: readonly string[] = [];
  pending: readonly object[] = [];
  token = TOKEN;
  readonly #previews: string[];

  constructor(environment: NodeJS.ProcessEnv, previews: readonly string[]) {
    this.environment = environment;
    this.#previews = [...previews];
  }

  async run(words: readonly string[]): Promise<EngineAnswer> {
    this.asked.push(words.slice(0, words[0] === 'stack' ? 2 : 1).join(' '));
    return { code: 0, stderr: '', stdout: this.#answer(words) };
  }

  #answer(words: readonly string[]): string {
    const file = words[words.indexOf('--file') + 1] ?? '';
    switch (this.asked.at(-1)) {
      case 'preview':
        return this.#previews.shift() ?? '';
      case 'config':
        return JSON.stringify(
          Object.fromEntries(
            ['cloudflareToken', 'vercelToken', 'githubToken', 'githubOwner'].map((name) => [
              `keelson:${name}`,
              { value: this.token },
            ]),
          ),
        );
      case 'import':
        this.imported.push(JSON.parse(readFileSync(file, 'utf8')));
        return '';
      case 'state':
        this.renamed = words;
        return '';
      case 'refresh':
        this.settled = words;
        return '';
      default:
        return JSON.stringify({ deployment: { resources: [ROOT], pending_operations: this.pending } });
    }
  }
}

const doubles: Readonly<Record<string, DoublePackage>> = {
  cloudflare: cloudflareDouble,
  vercel: vercelDouble,
  github: githubDouble,
};
let vendors: Readonly<Record<'cloudflare' | 'vercel' | 'github', DoubledVendor>>;
let journal: Journal;
let emulators: HttpEmulator[];
let environment: NodeJS.ProcessEnv;

beforeEach(async () => {
  journal = new Journal();
  const parts = { journal, faults: new Faults(), pace: paceOf({ startedAt: 0, factor: 1_000 }) };
  const vendor = (name: string): DoubledVendor => new DoubledVendor(name, parts);
  vendors = { cloudflare: vendor('cloudflare'), vercel: vendor('vercel'), github: vendor('github') };
  emulators = [];
  environment = { KEELSON_REHEARSAL_SPEED: '0x1000' };
  const fronts = [
    cloudflareRest(vendors.cloudflare, TOKEN),
    vercelRest(vendors.vercel, TOKEN),
    githubRest(vendors.github, TOKEN),
  ];
  for (const front of fronts) {
    const emulator = await HttpEmulator.start({ vendor: front, ...parts });
    emulators.push(emulator);
    environment[`KEELSON_${front.name.toUpperCase()}_URL`] = emulator.url;
  }
});

afterEach(async () => {
  await Promise.all(emulators.map((emulator) => emulator.close()));
});

/** Puts something at a vendor, as one of an earlier update is there. */
function have(type: string, id: string, inputs: Properties): void {
  const computed = { jurisdiction: 'default' };
  const vendor = vendors[type.split(':')[0] as keyof typeof vendors];
  vendor.keep({ type, id, key: id, owner: undefined, inputs, computed });
}

function adopt(engine: StackEngine): Promise<readonly string[]> {
  const told: string[] = [];
  return adoptLost({ engine, words: [], tell: ({ what }) => told.push(what) }).then(() => told);
}

describe('what an update made and could not note', () => {
  it('is imported under its parent and provider when it is the only one and ours, and looked at again', async () => {
    have(RECORD, 'r1', record);
    const engine = new ToldEngine(environment, [
      previewOf([{ type: RECORD, inputs: record }]),
      previewOf([{ type: RECORD, op: 'update', id: 'r1' }]),
    ]);
    expect(await adopt(engine)).toEqual(['the DNS record CNAME app.example.com (r1)']);
    const [{ nameTable, resources } = { nameTable: {}, resources: [] }] = engine.imported;
    const [one = {}] = resources;
    expect(one).toMatchObject({ type: RECORD, name: 'it', id: `${zoneId}/r1` });
    expect([nameTable[one['parent'] ?? ''], nameTable[one['provider'] ?? '']]).toEqual([PARENT, PROVIDER]);
    expect(engine.asked).toEqual(['preview', 'config', 'import', 'preview', 'stack export']);
  });

  it('stops the update when nothing on it says that it is ours, and names the way out', async () => {
    have(RECORD, 'r1', { ...record, comment: 'made by hand' });
    const engine = new ToldEngine(environment, [previewOf([{ type: RECORD, inputs: record }])]);
    const refused = adopt(engine);
    await expect(refused).rejects.toThrow(NotPlanned);
    await expect(refused).rejects.toThrow('give it the comment "keelson-dev-a1b2c3, managed"');
    expect(engine.imported).toEqual([]);
  });

  it('stops the update when there is more than one, and names each', async () => {
    have(POLICY, 'p1', policy);
    have(POLICY, 'p2', policy);
    const engine = new ToldEngine(environment, [previewOf([{ type: POLICY, inputs: policy }])]);
    await expect(adopt(engine)).rejects.toThrow(/more than one.*\(p1\).*\(p2\).*delete it at Cloudflare/);
    expect(engine.imported).toEqual([]);
  });

  it('stays where it is when the state has it under another name', async () => {
    have(POLICY, 'p1', policy);
    const moved = { type: POLICY, op: 'delete', name: 'before', id: 'p1' };
    const engine = new ToldEngine(environment, [previewOf([moved, { type: POLICY, inputs: policy }])]);
    expect(await adopt(engine)).toEqual([]);
    expect(engine.imported).toEqual([]);
  });

  it('stops the update when the state has nothing that it could belong to', async () => {
    have(POLICY, 'p1', policy);
    const engine = new ToldEngine(environment, [previewOf([{ type: POLICY, inputs: policy }], [])]);
    await expect(adopt(engine)).rejects.toThrow('Restore the newest state');
  });

  it('stops the update when the plan would replace what was just adopted', async () => {
    have(RECORD, 'r1', record);
    const engine = new ToldEngine(environment, [
      previewOf([{ type: RECORD, inputs: record }]),
      previewOf([
        { type: RECORD, op: 'create-replacement', id: 'r1' },
        { type: RECORD, op: 'replace', id: 'r1' },
      ]),
    ]);
    await expect(adopt(engine)).rejects.toThrow('was found at its vendor and adopted, and the plan would');
  });

  it('takes the name of the one that it was made to replace, which goes by another until it is deleted', async () => {
    have(RECORD, 'r2', record);
    const replacement = [
      { type: RECORD, op: 'create-replacement', id: 'r1', inputs: record },
      { type: RECORD, op: 'delete-replaced', id: 'r1' },
    ];
    const taken = { type: RECORD, op: 'same', name: 'it-replaced', id: 'r0' };
    const engine = new ToldEngine(environment, [
      previewOf([...replacement, taken]),
      previewOf([{ type: RECORD, op: 'same', id: 'r2' }]),
    ]);
    expect(await adopt(engine)).toEqual(['the DNS record CNAME app.example.com (r2)']);
    expect(engine.renamed).toEqual(['state', 'rename', urnOf(RECORD), 'it-replaced-2', '--yes']);
    expect(engine.asked).toEqual(['preview', 'config', 'state', 'import', 'preview', 'stack export']);
  });

  const bucket = { accountId, name: 'backups' };
  const BUCKET = 'cloudflare:index/r2Bucket:R2Bucket';
  const newBucket = { type: BUCKET, op: 'create-replacement', id: 'backups', inputs: bucket };

  it('is adopted under the id of the one before it when that was deleted already', async () => {
    have(BUCKET, 'backups', bucket);
    const engine = new ToldEngine(environment, [previewOf([newBucket])]);
    expect(await adopt(engine)).toEqual(['the bucket "backups"']);
  });

  it('is nothing when what is found is the one that is still to be replaced', async () => {
    have(BUCKET, 'backups', bucket);
    const old = { type: BUCKET, op: 'delete-replaced', id: 'backups' };
    const engine = new ToldEngine(environment, [previewOf([old, newBucket])]);
    expect(await adopt(engine)).toEqual([]);
    expect(engine.renamed).toEqual([]);
  });

  it('is not looked for while its key is unknown: what it belongs to was never made', async () => {
    const unknown = { ...record, name: UNKNOWN };
    const engine = new ToldEngine(environment, [previewOf([{ type: RECORD, inputs: unknown }])]);
    expect(await adopt(engine)).toEqual([]);
    expect(journal.entries).toEqual([]);
  });

  it('is not looked for, and no token is read, where nothing of an official provider is to be made', async () => {
    const engine = new ToldEngine(environment, [previewOf([{ type: 'railway:index:Service' }])]);
    await adopt(engine);
    expect(engine.asked).toEqual(['preview', 'stack export']);
  });

  it('stops the update, by the name of the token, when the vendor does not let us look', async () => {
    const engine = new ToldEngine(environment, [previewOf([{ type: RECORD, inputs: record }])]);
    engine.token = 'expired';
    await expect(adopt(engine)).rejects.toThrow(/answered 401.*keelson:cloudflareToken/);
  });

  it('has its beginning taken off the state once it was looked for', async () => {
    const engine = new ToldEngine(environment, [previewOf([])]);
    engine.pending = [{ type: 'creating', resource: { urn: urnOf(RECORD) } }];
    await adopt(engine);
    expect(engine.settled).toEqual(
      expect.arrayContaining(['refresh', '--clear-pending-creates', '--target', ROOT.urn, '--skip-preview']),
    );
  });
});

describe('the natural key of each type', () => {
  const [repository, env, projectId, teamId] = ['keelson', 'dev', 'prj_1', 'team_1'];
  const samples: readonly (readonly [type: string, id: string, inputs: Properties])[] = [
    ['cloudflare:index/r2Bucket:R2Bucket', 'backups', { accountId, name: 'backups' }],
    [RECORD, 'r1', record],
    ['cloudflare:index/loadBalancer:LoadBalancer', 'l1', { zoneId, name: 'api.example.com', description: 'ours' }],
    ['cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor', 'm1', { accountId, description: 'ours' }],
    ['cloudflare:index/loadBalancerPool:LoadBalancerPool', 'o1', { accountId, name: 'ours' }],
    [POLICY, 'p1', policy],
    ['vercel:index/project:Project', projectId, { teamId, name: 'ours' }],
    ['vercel:index/projectDomain:ProjectDomain', 'app.example.com', { projectId, teamId, domain: 'app.example.com' }],
    ['vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable', 'v1', { projectId, teamId, key: 'A' }],
    ['vercel:index/projectRoute:ProjectRoute', 'rt_1', { projectId, teamId, name: 'health' }],
    [
      'github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable',
      `${repository}:${env}:A`,
      { repository, environment: env, variableName: 'A', value: 'a' },
    ],
    [
      'github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy',
      '11',
      { repository, environment: env, branchPattern: 'main' },
    ],
    ['github:index/repositoryRuleset:RepositoryRuleset', '12', { repository, name: 'ours' }],
  ];

  it.each(samples)(
    '%s: is found by it at the vendor, by an id that its package imports by',
    async (type, id, inputs) => {
      const lookUps = await lookUpsOf(new ToldEngine(environment, []));
      expect(await lookUps[type]?.find(inputs)).toEqual([]);
      have(type, id, inputs);
      const spec = doubles[type.split(':')[0]!]!.types[type]!;
      expect(await lookUps[type]?.find(inputs)).toEqual([
        expect.objectContaining({ importId: spec.importId?.(inputs as never, id), stateId: id, ours: true }),
      ]);
    },
  );

  it('is there for every type of which a second one would be refused or kept, but for deployments', async () => {
    const lookUps = await lookUpsOf(new ToldEngine(environment, []));
    const lossy = Object.values(doubles)
      .flatMap(({ types }) => Object.entries(types))
      .filter(([, { second }]) => second !== 'overwrites');
    const without = lossy.map(([type]) => type).filter((type) => !lookUps[type]);
    expect(without).toEqual(['vercel:index/deployment:Deployment']);
    expect(samples.map(([type]) => type).sort()).toEqual(Object.keys(lookUps).sort());
  });
});

describe('the events of a preview', () => {
  it('say what is to be made, of whom, and what the state has', () => {
    const plan = planOf(`warning: not an event\n${previewOf([{ type: RECORD, inputs: record }])}`);
    expect(plan.creates).toEqual([
      {
        urn: urnOf(RECORD),
        type: RECORD,
        name: 'it',
        parent: PARENT,
        provider: PROVIDER,
        inputs: record,
        replaces: false,
      },
    ]);
    expect(plan.urns).toEqual(new Set([PROVIDER, PARENT]));
  });

  it('say why it failed, without the marks of colours', () => {
    const events = [
      { diagnosticEvent: { severity: 'error', message: '<{%fg 1%}>the image is missing<{%reset%}>\n' } },
      { policyEvent: { enforcementLevel: 'mandatory', message: 'tls only' } },
      { policyEvent: { enforcementLevel: 'advisory', message: 'nice to have' } },
    ];
    const stream = events.map((event) => JSON.stringify(event)).join('\n');
    expect(troublesOf(stream)).toEqual(['the image is missing', 'tls only']);
  });
});
