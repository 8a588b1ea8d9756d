import type { ProviderDefinition } from '../plugin/definition.ts';
import { plain } from '../plugin/handler.ts';
import type { RailwayApi } from './api.ts';
import { checkConfig, configure } from './configuration.ts';
import { customDomainHandler } from './custom-domain.ts';
import { deploymentHandler } from './deployment.ts';
import { environmentHandler } from './environment.ts';
import { privateEndpointHandler } from './private-network.ts';
import { projectHandler } from './project.ts';
import { projectTokenHandler } from './project-token.ts';
import { serviceHandler } from './service.ts';
import { serviceInstanceHandler } from './service-instance.ts';
import { usageLimitHandler } from './usage-limit.ts';
import { variablesHandler } from './variables.ts';
import { volumeHandler } from './volume.ts';

/** The package `railway`: what runs the services in a cloud. */
export const railwayProvider: ProviderDefinition<RailwayApi> = {
  name: 'railway',
  version: '0.1.0',
  types: {
    'railway:index:CustomDomain': plain(customDomainHandler),
    'railway:index:Deployment': plain(deploymentHandler),
    'railway:index:Environment': plain(environmentHandler),
    'railway:index:PrivateEndpoint': plain(privateEndpointHandler),
    'railway:index:Project': plain(projectHandler),
    'railway:index:ProjectToken': plain(projectTokenHandler),
    'railway:index:Service': plain(serviceHandler),
    'railway:index:ServiceInstance': plain(serviceInstanceHandler),
    'railway:index:UsageLimit': plain(usageLimitHandler),
    'railway:index:Variables': plain(variablesHandler),
    'railway:index:Volume': plain(volumeHandler),
  },
  checkConfig,
  configure,
  cannotImport: 'only projects can be taken over by their id; what is in one is found by its name in the next `up`',
};
