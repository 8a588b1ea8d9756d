import type { Arguments, Resolvers } from './graphql.ts';
import type { DeploymentState, DomainState, InstanceState, ProjectState, RailwayWorld, VolumeState } from './world.ts';

type Input = Record<string, unknown>;
const edges = (nodes: readonly unknown[]): object => ({
  edges: nodes.map((node) => ({ node })),
  pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: null },
});
const text = (value: unknown): string => String(value);

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

function found<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new Error(`${name} not found`);
  return thing;
}

/** The root fields that the program asks for, over one world. */
export function railwayResolvers(world: RailwayWorld): Resolvers {
  const projectOf = (id: unknown): ProjectState => found(world.projects.get(text(id)), 'Project');
  return {
    ...projectResolvers(world, projectOf),
    ...serviceResolvers(world, projectOf),
    ...deploymentResolvers(world),
    ...domainResolvers(world),
    ...volumeResolvers(world),
    ...networkResolvers(world),
    ...accountResolvers(world),
  };
}

function projectResolvers(world: RailwayWorld, projectOf: (id: unknown) => ProjectState): Resolvers {
  const view = (project: ProjectState): object => ({
    ...project,
    prDeploys: false,
    isPublic: false,
    deletedAt: null,
    environments: edges(project.environments.map(environmentView)),
    services: edges([...world.services.values()].filter(({ projectId }) => projectId === project.id)),
    volumes: edges([...world.volumes.values()].filter(({ projectId }) => projectId === project.id).map(volumeView)),
  });
  return {
    projects: ({ workspaceId }) =>
      edges([...world.projects.values()].filter((one) => one.workspaceId === workspaceId).map(view)),
    project: ({ id }) => view(projectOf(id)),
    projectCreate: ({ input }) => {
      const { name, description, workspaceId, defaultEnvironmentName } = input as Input;
      const project: ProjectState = {
        id: world.newId(),
        workspaceId: text(workspaceId),
        name: text(name),
        description: description === undefined ? null : text(description),
        environments: [{ id: world.newId(), name: text(defaultEnvironmentName ?? 'production') }],
      };
      world.projects.set(project.id, project);
      return view(project);
    },
    projectUpdate: ({ id, input }) => {
      const project = projectOf(id);
      const { name, description } = input as Partial<Record<string, string>>;
      project.name = name ?? project.name;
      project.description = description ?? project.description;
      return view(project);
    },
    projectDelete: ({ id }) => {
      world.removeProject(projectOf(id).id);
      return true;
    },
    environments: ({ projectId }) => edges(projectOf(projectId).environments.map(environmentView)),
    environmentCreate: ({ input }) => {
      const { projectId, name } = input as Input;
      const project = projectOf(projectId);
      if (project.environments.some((one) => one.name === name))
        throw new Error('An environment with this name already exists');
      const environment = { id: world.newId(), name: text(name) };
      project.environments.push(environment);
      return environmentView(environment);
    },
    environmentRename: ({ id, input }) => {
      const environment = found(
        [...world.projects.values()].flatMap((one) => one.environments).find((one) => one.id === id),
        'Environment',
      );
      environment.name = text((input as Input)['name']);
      return environmentView(environment);
    },
    environmentDelete: ({ id }) => {
      const project = found(
        [...world.projects.values()].find((one) => one.environments.some((each) => each.id === id)),
        'Environment',
      );
      project.environments.splice(
        project.environments.findIndex((one) => one.id === id),
        1,
      );
      return true;
    },
    environment: ({ id }) => ({ config: configOf(world, text(id)) }),
  };
}

function environmentView({ id, name }: { id: string; name: string }): object {
  return { id, name, isEphemeral: false };
}

/** The environment's declarative form: where replicas by region are shown. */
function configOf(world: RailwayWorld, environmentId: string): object {
  const services = [...world.instances]
    .filter(([key]) => key.endsWith(`/${environmentId}`))
    .map(([key, { settings }]) => [
      key.split('/')[0],
      { deploy: { multiRegionConfig: settings['multiRegionConfig'] ?? null } },
    ]);
  return { services: Object.fromEntries(services) as object };
}

function serviceResolvers(world: RailwayWorld, projectOf: (id: unknown) => ProjectState): Resolvers {
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

function deploy(world: RailwayWorld, serviceId: string, environmentId: string): DeploymentState {
  const { settings, variables } = world.instanceOf(serviceId, environmentId);
  const image = (settings['source'] as { image?: string } | null | undefined)?.image;
  if (image === undefined) throw new Error('Cannot deploy: the service has no source');
  const deployment: DeploymentState = {
    id: world.newId(),
    serviceId,
    environmentId,
    requestedAt: world.pace.now() + world.deployments.length / 1_000,
    image,
    variables: { ...variables },
    healthcheckPath: settings['healthcheckPath'] as string | undefined,
    end: world.crashing.has(image) ? 'CRASHED' : 'SUCCESS',
  };
  world.deployments.push(deployment);
  return deployment;
}

function deploymentView(world: RailwayWorld, deployment: DeploymentState): object {
  const { id, requestedAt, image } = deployment;
  const status = world.statusOf(deployment);
  return {
    id,
    status,
    createdAt: new Date(requestedAt).toISOString(),
    meta: { image },
    canRollback: status === 'SUCCESS',
  };
}

function deploymentResolvers(world: RailwayWorld): Resolvers {
  return {
    deployment: ({ id }) =>
      deploymentView(
        world,
        found(
          world.deployments.find((one) => one.id === id),
          'Deployment',
        ),
      ),
    deployments: ({ input, first }) => {
      const { serviceId, environmentId } = input as Input;
      world.instanceOf(text(serviceId), text(environmentId));
      const all = world.deploymentsOf(text(serviceId), text(environmentId));
      return edges(all.slice(0, Number(first ?? 10)).map((one) => deploymentView(world, one)));
    },
    serviceInstanceDeployV2: ({ serviceId, environmentId }) => deploy(world, text(serviceId), text(environmentId)).id,
  };
}

function domainView(world: RailwayWorld, domain: DomainState): object {
  const [hostlabel = '', ...zone] = domain.domain.split('.');
  const verified = world.isVerified(domain);
  const record = {
    hostlabel,
    fqdn: domain.domain,
    zone: zone.join('.'),
    requiredValue: `${domain.id.slice(0, 8)}.up.railway.app`,
    recordType: 'DNS_RECORD_TYPE_CNAME',
    status: verified ? 'DNS_RECORD_STATUS_PROPAGATED' : 'DNS_RECORD_STATUS_REQUIRES_UPDATE',
  };
  const status = {
    verified,
    verificationDnsHost: `_railway-verify.${hostlabel}`,
    verificationToken: `railway-verify=${domain.id.replaceAll('-', '')}`,
    certificateStatus: verified ? 'CERTIFICATE_STATUS_TYPE_VALID' : 'CERTIFICATE_STATUS_TYPE_VALIDATING_OWNERSHIP',
    dnsRecords: [record],
  };
  return { ...domain, status };
}

function domainResolvers(world: RailwayWorld): Resolvers {
  const domainOf = (id: unknown): DomainState => found(world.domains.get(text(id)), 'Custom domain');
  return {
    domains: ({ serviceId, environmentId }) => {
      world.instanceOf(text(serviceId), text(environmentId));
      const ours = [...world.domains.values()].filter(
        (one) => one.serviceId === serviceId && one.environmentId === environmentId,
      );
      return { customDomains: ours.map((one) => domainView(world, one)) };
    },
    customDomainCreate: ({ input }) => {
      const { domain, projectId, environmentId, serviceId, targetPort } = input as Input;
      world.instanceOf(text(serviceId), text(environmentId));
      if ([...world.domains.values()].some((one) => one.domain === domain)) throw new Error('Domain is not available');
      const made: DomainState = {
        id: world.newId(),
        domain: text(domain),
        projectId: text(projectId),
        environmentId: text(environmentId),
        serviceId: text(serviceId),
        targetPort: targetPort === undefined ? null : Number(targetPort),
        createdAt: world.pace.now(),
      };
      world.domains.set(made.id, made);
      return domainView(world, made);
    },
    customDomainUpdate: ({ id, targetPort }) => {
      domainOf(id).targetPort = Number(targetPort);
      return true;
    },
    customDomainDelete: ({ id }) => world.domains.delete(domainOf(id).id),
  };
}

function volumeView({ id, instance }: VolumeState): object {
  const node = { ...instance, isPendingDeletion: false };
  return { id, name: `volume-${id.slice(0, 8)}`, volumeInstances: edges([node]) };
}

function volumeResolvers(world: RailwayWorld): Resolvers {
  const volumeOf = (id: unknown): VolumeState => found(world.volumes.get(text(id)), 'Volume');
  const byInstance = (id: unknown): VolumeState =>
    found(
      [...world.volumes.values()].find(({ instance }) => instance.id === id),
      'Volume instance',
    );
  return {
    volumeCreate: ({ input }) => {
      const { projectId, environmentId, serviceId, mountPath, region } = input as Input;
      const mounted = [...world.volumes.values()].some(({ instance }) => instance.serviceId === serviceId);
      if (mounted) throw new Error('The service already has a volume: limit reached');
      const place = {
        environmentId: text(environmentId),
        serviceId: text(serviceId),
        mountPath: text(mountPath),
        region: region === undefined ? null : text(region),
      };
      const volume: VolumeState = {
        id: world.newId(),
        projectId: text(projectId),
        instance: { id: world.newId(), ...place },
        backups: [],
      };
      world.volumes.set(volume.id, volume);
      return volumeView(volume);
    },
    volumeInstanceUpdate: ({ volumeId, input }) => {
      Object.assign(volumeOf(volumeId).instance, input);
      return true;
    },
    volumeDelete: ({ volumeId }) => world.volumes.delete(volumeOf(volumeId).id),
    volumeInstanceBackupScheduleList: ({ volumeInstanceId }) =>
      byInstance(volumeInstanceId).backups.map((kind) => ({ kind })),
    volumeInstanceBackupScheduleUpdate: ({ volumeInstanceId, kinds }) => {
      byInstance(volumeInstanceId).backups = [...(kinds as string[])];
      return true;
    },
  };
}

function networkResolvers(world: RailwayWorld): Resolvers {
  const networkOf = (environmentId: unknown): object => ({
    publicId: `net-${text(environmentId)}`,
    name: 'default',
    dnsName: 'railway.internal',
    deletedAt: null,
  });
  return {
    privateNetworkCreateOrGet: ({ input }) => networkOf((input as Input)['environmentId']),
    privateNetworks: ({ environmentId }) => [networkOf(environmentId)],
    privateNetworkEndpointCreateOrGet: ({ input }) => {
      const { environmentId, serviceId, serviceName } = input as Input;
      world.instanceOf(text(serviceId), text(environmentId));
      const known = [...world.endpoints.values()].find(
        (one) => one.serviceId === serviceId && one.environmentId === environmentId,
      );
      if (known) return known;
      const place = { environmentId: text(environmentId), serviceId: text(serviceId) };
      const endpoint = { publicId: world.newId(), ...place, dnsName: `${text(serviceName)}.railway.internal` };
      world.endpoints.set(endpoint.publicId, endpoint);
      return endpoint;
    },
    privateNetworkEndpoint: ({ serviceId, environmentId }: Arguments) =>
      [...world.endpoints.values()].find((one) => one.serviceId === serviceId && one.environmentId === environmentId) ??
      null,
    privateNetworkEndpointDelete: ({ id }) => {
      if (!world.endpoints.delete(text(id))) throw new Error('Private network endpoint not found');
      return true;
    },
  };
}

function accountResolvers(world: RailwayWorld): Resolvers {
  return {
    projectTokens: ({ projectId }) => {
      found(world.projects.get(text(projectId)), 'Project');
      return edges([...world.tokens.values()].filter((one) => one.projectId === projectId));
    },
    projectTokenCreate: ({ input }) => {
      const { projectId, environmentId, name } = input as Input;
      const token = {
        id: world.newId(),
        projectId: text(projectId),
        environmentId: text(environmentId),
        name: text(name),
      };
      world.tokens.set(token.id, token);
      return world.newId();
    },
    projectTokenDelete: ({ id }) => {
      if (!world.tokens.delete(text(id))) throw new Error('Project token not found');
      return true;
    },
    workspace: ({ workspaceId }) => ({
      customer: {
        id: `customer-${text(workspaceId)}`,
        usageLimit: world.usageLimit
          ? { id: 'limit', customerId: `customer-${text(workspaceId)}`, isOverLimit: false, ...world.usageLimit }
          : null,
      },
    }),
    usageLimitSet: ({ input }) => {
      const { softLimitDollars, hardLimitDollars } = input as Input;
      world.usageLimit = {
        softLimit: Number(softLimitDollars),
        hardLimit: hardLimitDollars === undefined ? null : Number(hardLimitDollars),
      };
      return true;
    },
    usageLimitRemove: () => {
      world.usageLimit = undefined;
      return true;
    },
  };
}
