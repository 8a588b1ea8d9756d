import { z } from 'zod';
import type { Duration } from '@keelson/kernel';
import { InitializationError, type ResourceHandler, type Work } from '../plugin/handler.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';
import { unlessGone } from '../vendor/answer.ts';
import { makeOnce } from '../vendor/make-once.ts';
import { waitUntil } from '../vendor/wait-until.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';

const inputs = z.strictObject({
  serviceId: z.string().min(1),
  environmentId: z.string().min(1),
  /** The name of the service, for messages. */
  name: z.string().min(1),
  /** Hash of all that a running process got: another one means another deployment. */
  trigger: z.string().min(1),
  healthcheckPath: z.string().startsWith('/'),
  healthcheckTimeout: z.int().min(1).max(3_600),
  /** Seconds from the request to a healthy service; then the deployment counts as failed. */
  healthyWithin: z.int().min(10).max(3_600),
});
type DeploymentInputs = z.infer<typeof inputs>;

const deployment = z.object({ id: z.string(), status: z.string(), createdAt: z.string(), canRollback: z.boolean() });
type Deployed = z.infer<typeof deployment>;

const LOOK_EVERY: Duration = '5 seconds';
/** States that a deployment does not leave by itself. */
const ENDED = new Set(['SUCCESS', 'SLEEPING', 'FAILED', 'CRASHED', 'REMOVED', 'SKIPPED', 'NEEDS_APPROVAL']);
const HEALTHY = new Set(['SUCCESS', 'SLEEPING']);

async function latest(api: RailwayApi, wanted: DeploymentInputs, signal: AbortSignal): Promise<Deployed | undefined> {
  const { serviceId, environmentId } = wanted;
  const { deployments } = await api.run({
    what: `find the latest deployment of ${wanted.name}`,
    query: operations.latestDeploymentQuery,
    variables: { input: { serviceId, environmentId } },
    answer: z.object({ deployments: z.object({ edges: z.array(z.object({ node: deployment })) }) }),
    repeatable: true,
    signal,
  });
  return deployments.edges[0]?.node;
}

async function look(api: RailwayApi, name: string, id: string, signal: AbortSignal): Promise<Deployed> {
  const answer = await api.run({
    what: `read the deployment of ${name}`,
    query: operations.deploymentQuery,
    variables: { id },
    answer: z.object({ deployment }),
    repeatable: true,
    signal,
  });
  return answer.deployment;
}

/** Asks for a deployment, once also when the answer gets lost: a newer one than before is ours. */
async function request(
  api: RailwayApi,
  wanted: DeploymentInputs,
  before: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { serviceId, environmentId, name } = wanted;
  let asked = false;
  return makeOnce(
    api.pace,
    async () => {
      if (!asked) return undefined;
      const now = await latest(api, wanted, signal);
      return now?.id === before ? undefined : now?.id;
    },
    async () => {
      asked = true;
      const { serviceInstanceDeployV2 } = await api.run({
        what: `deploy ${name}`,
        query: operations.deploymentCreate,
        variables: { serviceId, environmentId },
        answer: z.object({ serviceInstanceDeployV2: z.string() }),
        repeatable: false,
        signal,
      });
      return serviceInstanceDeployV2;
    },
    signal,
  );
}

/** Deploys and waits. What did not become healthy is recorded as it is, so that the next `up` deploys again. */
async function deployOnce(
  api: RailwayApi,
  wanted: DeploymentInputs,
  before: string | undefined,
  { signal, tell }: Work,
): Promise<string> {
  const id = await request(api, wanted, before, signal);
  await tell(`deploying ${wanted.name}`);
  const failed = (why: string): InitializationError => new InitializationError(id, outputsOf(id, wanted), why);
  const ended = await waitUntil(api.pace, {
    until: `${wanted.name} is deployed`,
    every: LOOK_EVERY,
    atMost: `${wanted.healthyWithin} seconds`,
    look: () => look(api, wanted.name, id, signal),
    done: ({ status }) => ENDED.has(status),
    describe: ({ status }) => status,
    signal,
  }).catch((error: Error) => {
    throw failed(`${error.message}. Its log: railway logs --deployment ${id}`);
  });
  if (HEALTHY.has(ended.status)) return id;
  const kept = before === undefined ? 'Nothing runs.' : 'The version before keeps running.';
  throw failed(
    `The deployment ${id} of ${wanted.name} ended as ${ended.status}. ${kept} Its log: railway logs --deployment ${id}`,
  );
}

/**
 * Railway takes a health check only from a service that has been deployed. So the first deployment is followed by the
 * check and by a second one, which must pass it: from then on nothing unhealthy replaces what runs.
 */
async function deploy(api: RailwayApi, wanted: DeploymentInputs, work: Work): Promise<string> {
  const before = await latest(api, wanted, work.signal);
  const id = await deployOnce(api, wanted, before?.id, work);
  if (before) return id;
  const { serviceId, environmentId, healthcheckPath, healthcheckTimeout } = wanted;
  await api.run({
    what: `set the health check of ${wanted.name}`,
    query: operations.instanceUpdate,
    variables: { serviceId, environmentId, input: { healthcheckPath, healthcheckTimeout } },
    answer: z.object({ serviceInstanceUpdate: z.literal(true) }),
    repeatable: true,
    signal: work.signal,
  });
  return deployOnce(api, wanted, id, work);
}

function outputsOf(id: string, { trigger }: DeploymentInputs): Properties {
  return { deploymentId: id, deployed: trigger };
}

/** A running version of a service: made again whenever what it runs with changes, and only done when it is healthy. */
export const deploymentHandler: ResourceHandler<RailwayApi, DeploymentInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['serviceId', 'environmentId'],
  planned: async () => ({ deploymentId: UNKNOWN, deployed: UNKNOWN }),
  async create(api, wanted, work) {
    const id = await deploy(api, wanted, work);
    return { id, outputs: outputsOf(id, wanted) };
  },
  update: async (api, wanted, _before, work) => outputsOf(await deploy(api, wanted, work), wanted),
  /** A service that crashed, or that somebody deployed by hand, is drift: its trigger is no longer the program's. */
  async read(api, wanted, before, { signal }) {
    const now = await unlessGone(latest(api, wanted, signal));
    if (!now) return undefined;
    const asRecorded = now.id === before['deploymentId'] && HEALTHY.has(now.status);
    const trigger = asRecorded ? wanted.trigger : `${now.status} ${now.id}`;
    return { inputs: { ...wanted, trigger }, outputs: { deploymentId: now.id, deployed: trigger } };
  },
  // It goes with its service.
  delete: async () => undefined,
};
