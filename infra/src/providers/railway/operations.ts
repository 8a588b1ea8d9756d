/** Every operation that the program asks of Railway, by name. The rehearsal validates each against the vendor's schema. */

const PROJECT = `id name description workspaceId prDeploys isPublic
  environments { edges { node { id name } } } services { edges { node { id name } } }`;

export const projectsQuery = `query Projects($workspaceId: String!, $after: String) {
  projects(workspaceId: $workspaceId, first: 100, after: $after) {
    edges { node { ${PROJECT} } } pageInfo { hasNextPage endCursor }
  }
}`;
export const projectQuery = `query Project($id: String!) { project(id: $id) { ${PROJECT} deletedAt } }`;
export const projectCreate = `mutation ProjectCreate($input: ProjectCreateInput!) { projectCreate(input: $input) { ${PROJECT} } }`;
export const projectUpdate = `mutation ProjectUpdate($id: String!, $input: ProjectUpdateInput!) {
  projectUpdate(id: $id, input: $input) { id }
}`;
export const projectDelete = `mutation ProjectDelete($id: String!) { projectDelete(id: $id) }`;

export const environmentsQuery = `query Environments($projectId: String!) {
  environments(projectId: $projectId, first: 100) { edges { node { id name isEphemeral } } }
}`;
export const environmentCreate = `mutation EnvironmentCreate($input: EnvironmentCreateInput!) {
  environmentCreate(input: $input) { id name isEphemeral }
}`;
export const environmentRename = `mutation EnvironmentRename($id: String!, $input: EnvironmentRenameInput!) {
  environmentRename(id: $id, input: $input) { id }
}`;
export const environmentDelete = `mutation EnvironmentDelete($id: String!) { environmentDelete(id: $id) }`;

export const serviceQuery = `query Service($id: String!) { service(id: $id) { id name icon projectId deletedAt } }`;
export const serviceCreate = `mutation ServiceCreate($input: ServiceCreateInput!) { serviceCreate(input: $input) { id name icon } }`;
export const serviceUpdate = `mutation ServiceUpdate($id: String!, $input: ServiceUpdateInput!) {
  serviceUpdate(id: $id, input: $input) { id }
}`;
export const serviceDelete = `mutation ServiceDelete($id: String!) { serviceDelete(id: $id) }`;

const DEPLOYMENT = `id status createdAt meta canRollback`;
const INSTANCE = `id serviceId environmentId source { image } startCommand preDeployCommand healthcheckPath healthcheckTimeout
  restartPolicyType restartPolicyMaxRetries numReplicas region sleepApplication cronSchedule overlapSeconds drainingSeconds
  ipv6EgressEnabled latestDeployment { ${DEPLOYMENT} }`;
export const instanceQuery = `query ServiceInstance($serviceId: String!, $environmentId: String!) {
  serviceInstance(serviceId: $serviceId, environmentId: $environmentId) { ${INSTANCE} }
  serviceInstanceLimits(serviceId: $serviceId, environmentId: $environmentId)
  environment(id: $environmentId) { config }
}`;
export const instanceUpdate = `mutation ServiceInstanceUpdate($serviceId: String!, $environmentId: String!, $input: ServiceInstanceUpdateInput!) {
  serviceInstanceUpdate(serviceId: $serviceId, environmentId: $environmentId, input: $input)
}`;
export const instanceLimitsUpdate = `mutation ServiceInstanceLimitsUpdate($input: ServiceInstanceLimitsUpdateInput!) {
  serviceInstanceLimitsUpdate(input: $input)
}`;

export const variablesQuery = `query Variables($projectId: String!, $environmentId: String!, $serviceId: String!) {
  variables(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, unrendered: true)
}`;
export const variablesUpsert = `mutation VariableCollectionUpsert($input: VariableCollectionUpsertInput!) {
  variableCollectionUpsert(input: $input)
}`;

export const deploymentQuery = `query Deployment($id: String!) { deployment(id: $id) { ${DEPLOYMENT} } }`;
export const latestDeploymentQuery = `query LatestDeployment($input: DeploymentListInput!) {
  deployments(input: $input, first: 1) { edges { node { ${DEPLOYMENT} } } }
}`;
export const deploymentCreate = `mutation ServiceInstanceDeploy($serviceId: String!, $environmentId: String!) {
  serviceInstanceDeployV2(serviceId: $serviceId, environmentId: $environmentId)
}`;

const DOMAIN = `id domain targetPort serviceId environmentId
  status { verified verificationDnsHost verificationToken certificateStatus
    dnsRecords { hostlabel fqdn requiredValue zone recordType status } }`;
export const domainsQuery = `query Domains($projectId: String!, $environmentId: String!, $serviceId: String!) {
  domains(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId) { customDomains { ${DOMAIN} } }
}`;
export const domainCreate = `mutation CustomDomainCreate($input: CustomDomainCreateInput!) { customDomainCreate(input: $input) { ${DOMAIN} } }`;
export const domainUpdate = `mutation CustomDomainUpdate($id: String!, $environmentId: String!, $targetPort: Int) {
  customDomainUpdate(id: $id, environmentId: $environmentId, targetPort: $targetPort)
}`;
export const domainDelete = `mutation CustomDomainDelete($id: String!) { customDomainDelete(id: $id) }`;

export const volumesQuery = `query Volumes($id: String!) {
  project(id: $id) { volumes { edges { node { id name volumeInstances { edges { node {
    id environmentId serviceId mountPath region isPendingDeletion
  } } } } } } }
}`;
export const volumeCreate = `mutation VolumeCreate($input: VolumeCreateInput!) { volumeCreate(input: $input) { id name } }`;
export const volumeInstanceUpdate = `mutation VolumeInstanceUpdate($volumeId: String!, $environmentId: String!, $input: VolumeInstanceUpdateInput!) {
  volumeInstanceUpdate(volumeId: $volumeId, environmentId: $environmentId, input: $input)
}`;
export const volumeDelete = `mutation VolumeDelete($volumeId: String!) { volumeDelete(volumeId: $volumeId) }`;
export const backupScheduleQuery = `query VolumeBackupSchedule($volumeInstanceId: String!) {
  volumeInstanceBackupScheduleList(volumeInstanceId: $volumeInstanceId) { kind }
}`;
export const backupScheduleUpdate = `mutation VolumeBackupScheduleUpdate($volumeInstanceId: String!, $kinds: [VolumeInstanceBackupScheduleKind!]!) {
  volumeInstanceBackupScheduleUpdate(volumeInstanceId: $volumeInstanceId, kinds: $kinds)
}`;

export const tokensQuery = `query ProjectTokens($projectId: String!) {
  projectTokens(projectId: $projectId, first: 100) { edges { node { id name environmentId } } }
}`;
export const tokenCreate = `mutation ProjectTokenCreate($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }`;
export const tokenDelete = `mutation ProjectTokenDelete($id: String!) { projectTokenDelete(id: $id) }`;

export const usageLimitQuery = `query UsageLimit($workspaceId: String!) {
  workspace(workspaceId: $workspaceId) { customer { id usageLimit { softLimit hardLimit } } }
}`;
export const usageLimitSet = `mutation UsageLimitSet($input: UsageLimitSetInput!) { usageLimitSet(input: $input) }`;
export const usageLimitRemove = `mutation UsageLimitRemove($input: UsageLimitRemoveInput!) { usageLimitRemove(input: $input) }`;

export const privateNetworkCreate = `mutation PrivateNetworkCreateOrGet($input: PrivateNetworkCreateOrGetInput!) {
  privateNetworkCreateOrGet(input: $input) { publicId name dnsName }
}`;
export const privateEndpointCreate = `mutation PrivateNetworkEndpointCreateOrGet($input: PrivateNetworkEndpointCreateOrGetInput!) {
  privateNetworkEndpointCreateOrGet(input: $input) { publicId dnsName }
}`;
export const privateEndpointQuery = `query PrivateNetworkEndpoint($privateNetworkId: String!, $serviceId: String!, $environmentId: String!) {
  privateNetworkEndpoint(privateNetworkId: $privateNetworkId, serviceId: $serviceId, environmentId: $environmentId) { publicId dnsName }
}`;
export const privateEndpointDelete = `mutation PrivateNetworkEndpointDelete($id: String!) { privateNetworkEndpointDelete(id: $id) }`;
