import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Faults } from '../rehearsal/emulator/faults.ts';
import { HttpEmulator } from '../rehearsal/emulator/http-emulator.ts';
import { Journal } from '../rehearsal/emulator/journal.ts';
import { EmulatedRailway } from '../rehearsal/railway/vendor.ts';
import { InitializationError, type ResourceHandler } from '../src/providers/plugin/handler.ts';
import type { Properties } from '../src/providers/plugin/wire.ts';
import { RailwayApi } from '../src/providers/railway/api.ts';
import { railwayProvider } from '../src/providers/railway/definition.ts';
import { paceOf } from '../src/providers/vendor/pace.ts';

const TOKEN = 'canary-railway-token';
const IMAGE = `registry.example.com/keelson@sha256:${'a'.repeat(64)}`;
const BROKEN = `registry.example.com/keelson@sha256:${'b'.repeat(64)}`;
const pace = paceOf({ startedAt: Date.now(), factor: 2_000 });
const railway = new EmulatedRailway(pace, [TOKEN]);
const journal = new Journal();
const faults = new Faults();
let emulator: HttpEmulator;
let api: RailwayApi;

beforeAll(async () => {
  emulator = await HttpEmulator.start({ vendor: railway, journal, faults, pace });
  api = new RailwayApi({ token: TOKEN, baseUrl: emulator.url, pace });
});
afterEach(() => faults.clear());
afterAll(async () => {
  await emulator.close();
  expect(railway.front.checks.violations).toEqual([]);
});

const work = { urn: 'urn', signal: new AbortController().signal, tell: async () => undefined };

function handler(type: string): ResourceHandler<RailwayApi> {
  return railwayProvider.types[`railway:index:${type}`]!;
}

/** As the engine does it: inputs through the schema, then the work. */
async function create(type: string, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
  return handler(type).create(api, handler(type).schema.parse(inputs), work);
}

async function read(type: string, id: string, inputs: Properties, outputs: Properties) {
  return handler(type).read(api, handler(type).schema.parse(inputs), outputs, { ...work, id });
}

const settings = {
  image: IMAGE,
  startCommand: 'node dist/services/api/src/main.js',
  healthcheckPath: '/health/ready',
  healthcheckTimeout: 60,
  restartPolicyType: 'ALWAYS',
  restartPolicyMaxRetries: 10,
  regions: { 'us-east4-eqdc4a': 2 },
  sleepApplication: false,
  overlapSeconds: 10,
  drainingSeconds: 20,
  ipv6EgressEnabled: false,
  virtualCpus: 0.5,
  memoryGb: 0.5,
} as const;
const gate = { healthcheckPath: '/health/ready', healthcheckTimeout: 60, healthyWithin: 300 };

/** A project with one service whose settings are there. */
async function serviceNamed(project: string, image = IMAGE) {
  const about = { name: project, description: 'test', workspaceId: 'workspace', defaultEnvironmentName: 'prod' };
  const { id: projectId } = await create('Project', about);
  const { id: environmentId } = await create('Environment', { projectId, name: 'prod' });
  const { id: serviceId } = await create('Service', { projectId, environmentId, name: 'api' });
  const instance = { serviceId, environmentId, ...settings, image };
  await create('ServiceInstance', instance);
  return { projectId, environmentId, serviceId, instance };
}

describe('a service on Railway', () => {
  it('is deployed, gets its health check after the first deployment, and reads back as it was asked for', async () => {
    const { projectId, environmentId, serviceId, instance } = await serviceNamed('one');
    const place = { projectId, environmentId, serviceId };
    const variables = { ...place, variables: { DATABASE_URL: 'postgres://secret', PORT: '8080' } };
    await create('Variables', variables);
    const deployment = { serviceId, environmentId, name: 'api', trigger: 'one', ...gate };
    const { id, outputs } = await create('Deployment', deployment);
    expect(outputs).toEqual({ deploymentId: id, deployed: 'one' });
    expect(railway.world.deploymentsOf(serviceId, environmentId)).toHaveLength(2);
    expect(railway.world.running(serviceId, environmentId)).toMatchObject({
      id,
      image: IMAGE,
      healthcheckPath: '/health/ready',
      variables: variables.variables,
    });
    expect(await read('ServiceInstance', 'id', instance, {})).toEqual({ inputs: instance, outputs: {} });
    expect(await read('Variables', 'id', variables, {})).toEqual({ inputs: variables, outputs: {} });
    expect((await read('Deployment', id, deployment, outputs))?.inputs).toEqual(deployment);
  });

  it('that crashes keeps what ran, is recorded, and names how to see its log', async () => {
    const { environmentId, serviceId, instance } = await serviceNamed('crashing');
    const deployment = { serviceId, environmentId, name: 'api', trigger: 'one', ...gate };
    const before = await create('Deployment', deployment);
    railway.world.crashing.add(BROKEN);
    await handler('ServiceInstance').update(api, { ...instance, image: BROKEN }, {}, { ...work, id: 'x' });
    const failing = handler('Deployment').update(api, { ...deployment, trigger: 'two' }, before.outputs, {
      ...work,
      id: before.id,
    });
    const error = await failing.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(InitializationError);
    expect((error as Error).message).toMatch(
      /of api ended as CRASHED\. The version before keeps running\. Its log: railway logs/,
    );
    expect(railway.world.running(serviceId, environmentId)?.image).toBe(IMAGE);
    const found = await read('Deployment', before.id, deployment, before.outputs);
    expect(found?.inputs).toMatchObject({ trigger: expect.stringMatching(/^CRASHED /) });
  });

  it('shows what was changed by hand', async () => {
    const { environmentId, serviceId, instance } = await serviceNamed('drifting');
    Object.assign(railway.world.instanceOf(serviceId, environmentId).settings, {
      startCommand: 'sleep 1',
      drainingSeconds: 1,
    });
    const found = await read('ServiceInstance', 'id', instance, {});
    expect(found?.inputs).toEqual({ ...instance, startCommand: 'sleep 1', drainingSeconds: 1 });
  });

  it('is gone for the next plan when it was deleted by hand', async () => {
    const { projectId, environmentId, serviceId } = await serviceNamed('deleted');
    railway.world.removeService(serviceId);
    expect(await read('Service', serviceId, { projectId, environmentId, name: 'api' }, {})).toBeUndefined();
  });
});

describe('what a service has beside it', () => {
  it('reads back as it was asked for: domain, volume, private name, token, limit', async () => {
    const { projectId, environmentId, serviceId } = await serviceNamed('beside');
    const place = { projectId, environmentId, serviceId };
    const asked: readonly (readonly [string, Properties])[] = [
      ['CustomDomain', { ...place, domain: 'api.example.com', targetPort: 8080 }],
      ['Volume', { ...place, mountPath: '/var/lib/keelson', region: 'us-east4-eqdc4a', backups: ['DAILY'] }],
      ['PrivateEndpoint', { ...place, serviceName: 'api' }],
      ['ProjectToken', { projectId, environmentId, name: 'github' }],
      ['UsageLimit', { workspaceId: 'workspace', softLimitDollars: 50, hardLimitDollars: 120 }],
    ];
    for (const [type, inputs] of asked) {
      const { id, outputs } = await create(type, inputs);
      const found = await read(type, id, inputs, outputs);
      expect([type, found?.inputs ?? inputs]).toEqual([type, inputs]);
      await handler(type).delete(api, handler(type).schema.parse(inputs), outputs, { ...work, id });
      await handler(type).delete(api, handler(type).schema.parse(inputs), outputs, { ...work, id });
      expect([type, await read(type, id, inputs, outputs)]).toEqual([type, undefined]);
    }
  });

  it('a token whose value was lost is revoked before another one of its name is made', async () => {
    const { projectId, environmentId } = await serviceNamed('tokens');
    faults.order({
      operation: 'ProjectTokenCreate',
      calls: 'mutating',
      nth: 1,
      times: 1,
      moment: 'after',
      kind: 'reset',
      retryAfter: 0,
    });
    await expect(create('ProjectToken', { projectId, environmentId, name: 'github' })).rejects.toThrow(
      'It may have happened',
    );
    await create('ProjectToken', { projectId, environmentId, name: 'github' });
    expect([...railway.world.tokens.values()].filter((token) => token.projectId === projectId)).toHaveLength(1);
  });
});

describe('a run that is disturbed', () => {
  it.each(['500', 'timeout', 'reset'] as const)(
    'makes one project and one service when a %s hides each answer',
    async (kind) => {
      for (const operation of ['ProjectCreate', 'ServiceCreate', 'ServiceInstanceDeploy']) {
        faults.order({ operation, calls: 'mutating', nth: 1, times: 1, moment: 'after', kind, retryAfter: 0 });
      }
      const { projectId, environmentId, serviceId } = await serviceNamed(`disturbed-${kind}`);
      await create('Deployment', { serviceId, environmentId, name: 'api', trigger: 'one', ...gate });
      expect([...railway.world.projects.values()].filter(({ name }) => name === `disturbed-${kind}`)).toHaveLength(1);
      expect([...railway.world.services.values()].filter((service) => service.projectId === projectId)).toHaveLength(1);
      expect(railway.world.deploymentsOf(serviceId, environmentId)).toHaveLength(2);
    },
  );

  it('names the fix for a token that Railway does not know, and not the token', async () => {
    const stranger = new RailwayApi({ token: 'another-canary', baseUrl: emulator.url, pace });
    const asked = handler('Environment').create(stranger, { projectId: 'p', name: 'prod' }, work);
    const error = (await asked.then(
      () => undefined,
      (reason: unknown) => reason,
    )) as Error;
    expect(error.message).toContain('keelson:railwayToken');
    expect(error.stack).not.toContain('another-canary');
  });
});

describe('the emulator', () => {
  const oracle = railway.front.checks.oracle;
  (oracle === undefined ? it.skip : it)(
    `refuses what the vendor's schema does not have (${oracle ?? 'schema absent'})`,
    async () => {
      const { front } = new EmulatedRailway(pace, []);
      const answer = await front.answer({
        query: 'mutation M { serviceInstanceUpdate(serviceId: "a", input: { imagee: "x" }) }',
      });
      expect(answer.errors?.[0]?.message).toMatch(/imagee/);
      expect(front.checks.violations).toHaveLength(1);
    },
  );
});
