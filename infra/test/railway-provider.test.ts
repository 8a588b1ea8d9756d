import { describe, expect, it } from '@jest/globals';
import { EmulatedRailway } from '../rehearsal/railway/vendor.ts';
import { InitializationError } from '../src/providers/plugin/handler.ts';
import type { Properties } from '../src/providers/plugin/wire.ts';
import { RailwayApi } from '../src/providers/railway/api.ts';
import { railwayProvider } from '../src/providers/railway/definition.ts';
import { ProviderRig } from './fixtures/provider-rig.ts';

const TOKEN = 'canary-railway-token';
const IMAGE = `registry.example.com/keelson@sha256:${'a'.repeat(64)}`;
const BROKEN = `registry.example.com/keelson@sha256:${'b'.repeat(64)}`;
const rig = new ProviderRig({
  provider: railwayProvider,
  vendor: (pace) => new EmulatedRailway(pace, [TOKEN]),
  api: (baseUrl, pace) => new RailwayApi({ token: TOKEN, baseUrl, pace }),
  checks: ({ front }) => front.checks,
});
const { vendor: railway, faults } = rig;

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
  const { id: projectId } = await rig.create('Project', about);
  const { id: environmentId } = await rig.create('Environment', { projectId, name: 'prod' });
  const { id: serviceId } = await rig.create('Service', { projectId, environmentId, name: 'api' });
  const instance = { serviceId, environmentId, ...settings, image };
  await rig.create('ServiceInstance', instance);
  return { projectId, environmentId, serviceId, instance };
}

describe('a service on Railway', () => {
  it('is deployed, gets its health check after the first deployment, and reads back as it was asked for', async () => {
    const { projectId, environmentId, serviceId, instance } = await serviceNamed('one');
    const place = { projectId, environmentId, serviceId };
    const variables = { ...place, variables: { DATABASE_URL: 'postgres://secret', PORT: '8080' } };
    await rig.create('Variables', variables);
    const deployment = { serviceId, environmentId, name: 'api', trigger: 'one', ...gate };
    const { id, outputs } = await rig.create('Deployment', deployment);
    expect(outputs).toEqual({ deploymentId: id, deployed: 'one' });
    expect(railway.world.deploymentsOf(serviceId, environmentId)).toHaveLength(2);
    expect(railway.world.running(serviceId, environmentId)).toMatchObject({
      id,
      image: IMAGE,
      healthcheckPath: '/health/ready',
      variables: variables.variables,
    });
    expect(await rig.read('ServiceInstance', 'id', instance, {})).toEqual({ inputs: instance, outputs: {} });
    expect(await rig.read('Variables', 'id', variables, {})).toEqual({ inputs: variables, outputs: {} });
    expect((await rig.read('Deployment', id, deployment, outputs))?.inputs).toEqual(deployment);
  });

  it('that crashes keeps what ran, is recorded, and names how to see its log', async () => {
    const { environmentId, serviceId, instance } = await serviceNamed('crashing');
    const deployment = { serviceId, environmentId, name: 'api', trigger: 'one', ...gate };
    const before = await rig.create('Deployment', deployment);
    railway.world.crashing.add(BROKEN);
    await rig.update('ServiceInstance', 'x', { ...instance, image: BROKEN }, {});
    const failing = rig.update('Deployment', before.id, { ...deployment, trigger: 'two' }, before.outputs);
    const error = await failing.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(InitializationError);
    expect((error as Error).message).toMatch(
      /of api ended as CRASHED\. The version before keeps running\. Its log: railway logs/,
    );
    expect(railway.world.running(serviceId, environmentId)?.image).toBe(IMAGE);
    const found = await rig.read('Deployment', before.id, deployment, before.outputs);
    expect(found?.inputs).toMatchObject({ trigger: expect.stringMatching(/^CRASHED /) });
  });

  it('shows what was changed by hand', async () => {
    const { environmentId, serviceId, instance } = await serviceNamed('drifting');
    Object.assign(railway.world.instanceOf(serviceId, environmentId).settings, {
      startCommand: 'sleep 1',
      drainingSeconds: 1,
    });
    const found = await rig.read('ServiceInstance', 'id', instance, {});
    expect(found?.inputs).toEqual({ ...instance, startCommand: 'sleep 1', drainingSeconds: 1 });
  });

  it('is gone for the next plan when it was deleted by hand', async () => {
    const { projectId, environmentId, serviceId } = await serviceNamed('deleted');
    railway.world.removeService(serviceId);
    expect(await rig.read('Service', serviceId, { projectId, environmentId, name: 'api' }, {})).toBeUndefined();
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
      const { id, outputs } = await rig.create(type, inputs);
      const found = await rig.read(type, id, inputs, outputs);
      expect([type, found?.inputs ?? inputs]).toEqual([type, inputs]);
      await rig.delete(type, id, inputs, outputs);
      await rig.delete(type, id, inputs, outputs);
      expect([type, await rig.read(type, id, inputs, outputs)]).toEqual([type, undefined]);
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
    await expect(rig.create('ProjectToken', { projectId, environmentId, name: 'github' })).rejects.toThrow(
      'It may have happened',
    );
    await rig.create('ProjectToken', { projectId, environmentId, name: 'github' });
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
      await rig.create('Deployment', { serviceId, environmentId, name: 'api', trigger: 'one', ...gate });
      expect([...railway.world.projects.values()].filter(({ name }) => name === `disturbed-${kind}`)).toHaveLength(1);
      expect([...railway.world.services.values()].filter((service) => service.projectId === projectId)).toHaveLength(1);
      expect(railway.world.deploymentsOf(serviceId, environmentId)).toHaveLength(2);
    },
  );

  it('names the fix for a token that Railway does not know, and not the token', async () => {
    const stranger = new RailwayApi({ token: 'another-canary', baseUrl: rig.url, pace: rig.pace });
    const asked = rig.handler('Environment').create(stranger, { projectId: 'p', name: 'prod' }, rig.work);
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
      const { front } = new EmulatedRailway(rig.pace, []);
      const answer = await front.answer({
        query: 'mutation M { serviceInstanceUpdate(serviceId: "a", input: { imagee: "x" }) }',
      });
      expect(answer.errors?.[0]?.message).toMatch(/imagee/);
      expect(front.checks.violations).toHaveLength(1);
    },
  );
});
