import type { Resolvers } from '../graphql.ts';
import type { InstanceState, ProjectState, RailwayWorld } from '../world.ts';
import { deploy, deploymentView } from './deployments.ts';
import { found, type Input, text } from './values.ts';

/** What Railway gives every instance when nobody says anything else. */
const DEFAULTS = {
  source: null,
  startCommand: null,
  preDeployCommand: null,
  healthcheckPath: null,
  healthcheckTimeout: null,
  restartPolicyType: 'ON_FAILURE',
  restartPolicyMaxRetries: 10,
  numReplicas: 1,
  region: null,
  sleepApplication: false,
  cronSchedule: null,
  overlapSeconds: null,
  drainingSeconds: null,
  ipv6EgressEnabled: false,
} as const;

/** Services, their instances and variables. */
export function serviceResolvers(world: RailwayWorld, projectOf: (id: unknown) => ProjectState): Resolvers {
  const serviceOf = (id: unknown) => found(world.services.get(text(id)), 'Service');
  return {
    service: ({ id }) => ({ ...serviceOf(id), deletedAt: null }),
    serviceCreate: ({ input }) => {
      const { projectId, environmentId, name, icon } = input as Input;
      const project = projectOf(projectId);
      const taken = [...world.services.values()].some((one) => one.projectId === project.id && one.name === name);
      if (taken) throw new Error(`A service named "${text(name)}" already exists in this project`);
      const service = {
        id: world.newId(),
        projectId: project.id,
        name: text(name),
        icon: icon === undefined ? null : text(icon),
      };
      world.services.set(service.id, service);
      if (environmentId !== undefined) world.instanceOf(service.id, text(environmentId));
      return service;
    },
    serviceUpdate: ({ id, input }) => Object.assign(serviceOf(id), input),
    serviceDelete: ({ id }) => {
      world.removeService(serviceOf(id).id);
      return true;
    },
    serviceInstance: ({ serviceId, environmentId }) => instanceView(world, text(serviceId), text(environmentId)),
    serviceInstanceLimits: ({ serviceId, environmentId }) => {
      const { vCPUs = 8, memoryGB = 8 } = world.instanceOf(text(serviceId), text(environmentId)).limits;
      return { containers: { cpu: vCPUs, memoryBytes: memoryGB * 1_000_000_000 } };
    },
    serviceInstanceUpdate: ({ serviceId, environmentId, input }) => {
      change(world, text(serviceId), text(environmentId), input as Input);
      return true;
    },
    serviceInstanceLimitsUpdate: ({ input }) => {
      const { serviceId, environmentId, ...limits } = input as Input;
      Object.assign(world.instanceOf(text(serviceId), text(environmentId)).limits, limits);
      return true;
    },
    variables: ({ serviceId, environmentId }) => {
      const service = serviceOf(serviceId);
      const { variables } = world.instanceOf(service.id, text(environmentId));
      return { ...variables, RAILWAY_SERVICE_NAME: service.name, RAILWAY_SERVICE_ID: service.id };
    },
    variableCollectionUpsert: ({ input }) => upsertVariables(world, input as Input),
  };
}

function instanceView(world: RailwayWorld, serviceId: string, environmentId: string): object {
  const instance: InstanceState = world.instanceOf(serviceId, environmentId);
  const [latest] = world.deploymentsOf(serviceId, environmentId);
  return {
    ...DEFAULTS,
    ...instance.settings,
    id: instance.id,
    serviceId,
    environmentId,
    latestDeployment: latest ? deploymentView(world, latest) : null,
  };
}

function change(world: RailwayWorld, serviceId: string, environmentId: string, input: Input): void {
  const instance = world.instanceOf(serviceId, environmentId);
  const deployed = world.deploymentsOf(serviceId, environmentId).length > 0;
  // A known quirk of the real API: no health check before there is something to check.
  if (!deployed && (input['healthcheckPath'] ?? input['healthcheckTimeout']) !== undefined)
    throw new Error('Invalid input');
  const { registryCredentials: _never_shown, ...shown } = input;
  Object.assign(instance.settings, shown);
}

function upsertVariables(world: RailwayWorld, input: Input): boolean {
  const { serviceId, environmentId, variables, replace, skipDeploys } = input;
  const instance = world.instanceOf(text(serviceId), text(environmentId));
  instance.variables = { ...(replace === true ? {} : instance.variables), ...(variables as Record<string, string>) };
  // Another quirk: without skipDeploys each change of a variable deploys.
  if (skipDeploys !== true && world.deploymentsOf(text(serviceId), text(environmentId)).length > 0) {
    deploy(world, text(serviceId), text(environmentId));
  }
  return true;
}
