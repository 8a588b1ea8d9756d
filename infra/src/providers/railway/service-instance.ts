import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';
import { unlessGone } from '../vendor/answer.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';

const credentials = z.strictObject({ username: z.string().min(1), password: z.string().min(1) });
const inputs = z.strictObject({
  serviceId: z.string().min(1),
  environmentId: z.string().min(1),
  image: z.string().regex(/@sha256:[0-9a-f]{64}$/, 'must name an image by its digest'),
  /** For a private registry. Railway shows them to nobody again. */
  registryCredentials: credentials.optional(),
  startCommand: z.string().min(1),
  /** Runs in a container of the new version before any instance of it starts; its failure keeps the old version. */
  preDeployCommand: z.array(z.string().min(1)).max(1).optional(),
  healthcheckPath: z.string().startsWith('/'),
  /** Seconds that a new deployment gets to answer 200. */
  healthcheckTimeout: z.int().min(1).max(3_600),
  restartPolicyType: z.enum(['ALWAYS', 'ON_FAILURE', 'NEVER']),
  restartPolicyMaxRetries: z.int().min(0).max(100),
  /** Replicas by region. */
  regions: z.record(z.string(), z.int().min(1).max(50)),
  sleepApplication: z.boolean(),
  cronSchedule: z.string().optional(),
  /** Seconds for which old and new run together, and that the old one gets to drain. */
  overlapSeconds: z.int().min(0).max(600),
  drainingSeconds: z.int().min(0).max(600),
  ipv6EgressEnabled: z.boolean(),
  virtualCpus: z.number().min(0.1).max(32),
  memoryGb: z.number().min(0.125).max(32),
});
type InstanceInputs = z.infer<typeof inputs>;

const instance = z.object({
  serviceInstance: z.object({
    id: z.string(),
    source: z.object({ image: z.string().nullable() }).nullable(),
    startCommand: z.string().nullable(),
    preDeployCommand: z.array(z.string()).nullable(),
    healthcheckPath: z.string().nullable(),
    healthcheckTimeout: z.number().nullable(),
    restartPolicyType: z.enum(['ALWAYS', 'ON_FAILURE', 'NEVER']),
    restartPolicyMaxRetries: z.number(),
    sleepApplication: z.boolean().nullable(),
    cronSchedule: z.string().nullable(),
    overlapSeconds: z.number().nullable(),
    drainingSeconds: z.number().nullable(),
    ipv6EgressEnabled: z.boolean().nullable(),
    latestDeployment: z.object({ id: z.string(), status: z.string() }).nullable(),
  }),
  serviceInstanceLimits: z.object({
    containers: z.object({ cpu: z.number().nullish(), memoryBytes: z.number().nullish() }).nullish(),
  }),
  /** The only place where the API shows replicas by region. */
  environment: z.object({
    config: z.object({
      services: z
        .record(
          z.string(),
          z.object({
            deploy: z
              .object({ multiRegionConfig: z.record(z.string(), z.object({ numReplicas: z.number() })).nullish() })
              .nullish(),
          }),
        )
        .nullish(),
    }),
  }),
});
type Instance = z.infer<typeof instance>;

const BYTES_PER_GB = 1_000_000_000;

function look(
  api: RailwayApi,
  { serviceId, environmentId }: Pick<InstanceInputs, 'serviceId' | 'environmentId'>,
  signal: AbortSignal,
): Promise<Instance> {
  return api.run({
    what: 'read the settings of the service',
    query: operations.instanceQuery,
    variables: { serviceId, environmentId },
    answer: instance,
    repeatable: true,
    signal,
  });
}

/** Settings that Railway refuses ("Invalid input") as long as the service has never been deployed. */
const AFTER_FIRST_DEPLOY = ['healthcheckPath', 'healthcheckTimeout'] as const;

function settingsOf(wanted: InstanceInputs, deployed: boolean): Record<string, unknown> {
  const {
    serviceId: _service,
    environmentId: _environment,
    image,
    regions,
    virtualCpus: _cpus,
    memoryGb: _memory,
    ...plain
  } = wanted;
  const held = deployed ? [] : AFTER_FIRST_DEPLOY;
  return {
    ...Object.fromEntries(Object.entries(plain).filter(([name]) => !held.some((later) => later === name))),
    preDeployCommand: wanted.preDeployCommand ?? [],
    cronSchedule: wanted.cronSchedule ?? null,
    source: { image },
    multiRegionConfig: Object.fromEntries(
      Object.entries(regions).map(([region, numReplicas]) => [region, { numReplicas }]),
    ),
  };
}

/** Everything is set to what it shall be, so doing it twice is doing it once. */
export async function applySettings(api: RailwayApi, wanted: InstanceInputs, signal: AbortSignal): Promise<boolean> {
  const { serviceId, environmentId, virtualCpus, memoryGb } = wanted;
  const deployed = (await look(api, wanted, signal)).serviceInstance.latestDeployment !== null;
  await api.run({
    what: 'change the settings of the service',
    query: operations.instanceUpdate,
    variables: { serviceId, environmentId, input: settingsOf(wanted, deployed) },
    answer: z.object({ serviceInstanceUpdate: z.literal(true) }),
    repeatable: true,
    signal,
  });
  await api.run({
    what: 'change the limits of the service',
    query: operations.instanceLimitsUpdate,
    variables: { input: { serviceId, environmentId, vCPUs: virtualCpus, memoryGB: memoryGb } },
    answer: z.object({ serviceInstanceLimitsUpdate: z.literal(true) }),
    repeatable: true,
    signal,
  });
  return deployed;
}

/** Inputs as Railway has them. Credentials and what waits for the first deployment are taken as given: it cannot show them. */
function inputsOf(found: Instance, wanted: InstanceInputs): Properties {
  const { serviceInstance: has, serviceInstanceLimits: limits, environment } = found;
  const waiting = has.latestDeployment === null;
  const regions = environment.config.services?.[wanted.serviceId]?.deploy?.multiRegionConfig;
  return {
    serviceId: wanted.serviceId,
    environmentId: wanted.environmentId,
    image: has.source?.image ?? '',
    ...(wanted.registryCredentials && { registryCredentials: wanted.registryCredentials }),
    startCommand: has.startCommand ?? '',
    ...((has.preDeployCommand ?? []).length > 0 && { preDeployCommand: has.preDeployCommand! }),
    healthcheckPath: waiting ? wanted.healthcheckPath : (has.healthcheckPath ?? ''),
    healthcheckTimeout: waiting ? wanted.healthcheckTimeout : (has.healthcheckTimeout ?? 0),
    restartPolicyType: has.restartPolicyType,
    restartPolicyMaxRetries: has.restartPolicyMaxRetries,
    regions: Object.fromEntries(
      Object.entries(regions ?? {}).map(([region, { numReplicas }]) => [region, numReplicas]),
    ),
    sleepApplication: has.sleepApplication ?? false,
    ...(has.cronSchedule !== null && { cronSchedule: has.cronSchedule }),
    overlapSeconds: has.overlapSeconds ?? 0,
    drainingSeconds: has.drainingSeconds ?? 0,
    ipv6EgressEnabled: has.ipv6EgressEnabled ?? false,
    virtualCpus: limits.containers?.cpu ?? 0,
    memoryGb: (limits.containers?.memoryBytes ?? 0) / BYTES_PER_GB,
  };
}

function outputsOf(wanted: InstanceInputs, complete: boolean): Properties {
  return { image: wanted.image, complete };
}

/** The settings of a service in one environment. Changing them deploys nothing: that is Deployment's. */
export const serviceInstanceHandler: ResourceHandler<RailwayApi, InstanceInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['serviceId', 'environmentId'],
  planned: async (_api, wanted, before) => ({
    image: wanted['image'] ?? null,
    complete: before?.['complete'] ?? UNKNOWN,
  }),
  async create(api, wanted, { signal }) {
    const complete = await applySettings(api, wanted, signal);
    return { id: `${wanted.serviceId}/${wanted.environmentId}`, outputs: outputsOf(wanted, complete) };
  },
  update: async (api, wanted, _before, { signal }) => outputsOf(wanted, await applySettings(api, wanted, signal)),
  async read(api, wanted, before, { signal }) {
    const found = await unlessGone(look(api, wanted, signal));
    return found && { inputs: inputsOf(found, wanted), outputs: before };
  },
  // An instance goes with its service; until then its settings hurt nobody.
  delete: async () => undefined,
};
