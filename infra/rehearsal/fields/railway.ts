import type { VendorDecisions } from './decision.ts';
import { BUILDS, railwayUntouched } from './railway-untouched.ts';

const of = (resource: string, ...names: ('projectId' | 'environmentId' | 'serviceId')[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `${resource}.${name}`]));
const TRACING = 'off unless somebody turns it on: what a service measures is at its /metrics';

export const railwayDecisions: VendorDecisions = {
  vendor: 'railway',
  title: 'Railway',
  source: 'the introspection of its GraphQL API',
  entry: 'input type',
  types: {
    ProjectCreateInput: {
      managed: {
        name: 'Project.name',
        description: 'Project.description',
        workspaceId: 'Project.workspaceId',
        defaultEnvironmentName: 'Project.defaultEnvironmentName',
        isPublic: { always: 'false' },
        prDeploys: { always: 'false' },
      },
      unmanaged: { [BUILDS]: ['isMonorepo', 'repo', 'runtime'] },
    },
    ProjectUpdateInput: {
      managed: { name: 'Project.name', description: 'Project.description' },
      unmanaged: {
        [BUILDS]: ['baseEnvironmentId', 'botPrEnvironments', 'focusedPrEnvironments'],
        'set when the project is made': ['isPublic', 'prDeploys'],
        [TRACING]: ['tracingEnabled', 'tracingSampleRate'],
      },
    },
    EnvironmentCreateInput: {
      managed: { ...of('Environment', 'projectId'), name: 'Environment.name' },
      unmanaged: {
        'environments are made by the program, not copied from another one': [
          'applyChangesInBackground',
          'skipInitialDeploys',
          'sourceEnvironmentId',
          'stageInitialChanges',
        ],
        'an environment lasts until it is destroyed': ['ephemeral'],
      },
    },
    EnvironmentRenameInput: { managed: { name: 'Environment.name' } },
    ServiceCreateInput: {
      managed: { ...of('Service', 'projectId', 'environmentId'), name: 'Service.name', icon: 'Service.icon' },
      unmanaged: {
        [BUILDS]: ['branch'],
        'set by ServiceInstance and Variables, so that nothing is deployed before all of it is there': [
          'registryCredentials',
          'source',
          'variables',
        ],
        'services come from the catalogue, not from a template': ['templateId', 'templateServiceId'],
      },
    },
    ServiceUpdateInput: {
      managed: { name: 'Service.name', icon: 'Service.icon' },
      unmanaged: { [TRACING]: ['autoInstrumentationEnabled', 'tracingEnabled'] },
    },
    ServiceInstanceUpdateInput: {
      managed: {
        cronSchedule: 'ServiceInstance.cronSchedule',
        drainingSeconds: 'ServiceInstance.drainingSeconds',
        healthcheckPath: 'ServiceInstance.healthcheckPath',
        healthcheckTimeout: 'ServiceInstance.healthcheckTimeout',
        ipv6EgressEnabled: 'ServiceInstance.ipv6EgressEnabled',
        multiRegionConfig: 'ServiceInstance.regions',
        overlapSeconds: 'ServiceInstance.overlapSeconds',
        preDeployCommand: 'ServiceInstance.preDeployCommand',
        registryCredentials: 'ServiceInstance.registryCredentials',
        restartPolicyMaxRetries: 'ServiceInstance.restartPolicyMaxRetries',
        restartPolicyType: 'ServiceInstance.restartPolicyType',
        sleepApplication: 'ServiceInstance.sleepApplication',
        source: 'ServiceInstance.image',
        startCommand: 'ServiceInstance.startCommand',
      },
      unmanaged: {
        [BUILDS]: [
          'buildCommand',
          'builder',
          'dockerfilePath',
          'nixpacksPlan',
          'railwayConfigFile',
          'rootDirectory',
          'watchPatterns',
        ],
        'replicas are set by region, in multiRegionConfig': ['numReplicas', 'region'],
        [TRACING]: ['autoInstrumentationEnabled', 'tracingEnabled'],
      },
    },
    ServiceSourceInput: { managed: { image: 'ServiceInstance.image' }, unmanaged: { [BUILDS]: ['repo'] } },
    RegistryCredentialsInput: {
      managed: { username: 'ServiceInstance.registryCredentials', password: 'ServiceInstance.registryCredentials' },
    },
    ServiceInstanceLimitsUpdateInput: {
      managed: {
        ...of('ServiceInstance', 'environmentId', 'serviceId'),
        memoryGB: 'ServiceInstance.memoryGb',
        vCPUs: 'ServiceInstance.virtualCpus',
      },
    },
    VariableCollectionUpsertInput: {
      managed: {
        ...of('Variables', 'projectId', 'environmentId', 'serviceId'),
        variables: 'Variables.variables',
        replace: { always: 'true: a variable that the program no longer has is gone' },
        skipDeploys: { always: 'true: Deployment deploys, once' },
      },
    },
    DeploymentListInput: {
      managed: of('Deployment', 'environmentId', 'serviceId'),
      unmanaged: { 'a filter of a question': ['includeDeleted', 'projectId', 'status'] },
    },
    CustomDomainCreateInput: {
      managed: {
        ...of('CustomDomain', 'projectId', 'environmentId', 'serviceId'),
        domain: 'CustomDomain.domain',
        targetPort: 'CustomDomain.targetPort',
      },
    },
    VolumeCreateInput: {
      managed: {
        ...of('Volume', 'projectId', 'environmentId', 'serviceId'),
        mountPath: 'Volume.mountPath',
        region: 'Volume.region',
      },
    },
    VolumeInstanceUpdateInput: {
      managed: { mountPath: 'Volume.mountPath' },
      unmanaged: { 'a volume stays with its service, and its state is the vendor’s': ['serviceId', 'state'] },
    },
    ProjectTokenCreateInput: {
      managed: { ...of('ProjectToken', 'projectId', 'environmentId'), name: 'ProjectToken.name' },
    },
    UsageLimitSetInput: {
      managed: {
        customerId: 'UsageLimit.workspaceId',
        softLimitDollars: 'UsageLimit.softLimitDollars',
        hardLimitDollars: 'UsageLimit.hardLimitDollars',
      },
    },
    UsageLimitRemoveInput: { managed: { customerId: 'UsageLimit.workspaceId' } },
    PrivateNetworkCreateOrGetInput: {
      managed: {
        ...of('PrivateEndpoint', 'projectId', 'environmentId'),
        name: { always: 'default: an environment has one network' },
        tags: { always: 'empty: nothing reads them' },
      },
    },
    PrivateNetworkEndpointCreateOrGetInput: {
      managed: {
        ...of('PrivateEndpoint', 'environmentId', 'serviceId'),
        serviceName: 'PrivateEndpoint.serviceName',
        privateNetworkId: { always: 'the environment’s one network' },
        tags: { always: 'empty: nothing reads them' },
      },
    },
  },
  untouched: railwayUntouched,
};
