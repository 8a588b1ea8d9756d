import type { ProviderDefinition } from '../plugin/definition.ts';
import { plain } from '../plugin/handler.ts';
import type { RestApi } from '../vendor/rest.ts';
import { checkConfig, configure } from './api.ts';
import { redisHandler } from './redis.ts';

/** The package `upstash`: Redis. The vendor's own Pulumi package sends what its API no longer documents. */
export const upstashProvider: ProviderDefinition<RestApi> = {
  name: 'upstash',
  version: '0.1.0',
  types: { 'upstash:index:Redis': plain(redisHandler) },
  checkConfig,
  configure,
  cannotImport: 'a database is found by its name in the next `up`',
};
