import type { ProviderDefinition } from '../plugin/definition.ts';
import { plain } from '../plugin/handler.ts';
import { configure, portRefusals } from './configuration.ts';
import { credentialsHandler } from './credentials.ts';
import type { LocalContext } from './handler.ts';
import { postgresHandler } from './postgres.ts';
import { processHandler } from './process.ts';
import { redisHandler } from './redis.ts';
import { taskHandler } from './task.ts';

/** The package `keelson`: processes, stores and tasks on this machine. */
export const localProvider: ProviderDefinition<LocalContext> = {
  name: 'keelson',
  version: '0.1.0',
  types: {
    'keelson:local:Credentials': plain(credentialsHandler),
    'keelson:local:Migration': plain(taskHandler),
    'keelson:local:Postgres': plain(postgresHandler),
    'keelson:local:Process': plain(processHandler),
    'keelson:local:Redis': plain(redisHandler),
    'keelson:local:Seed': plain(taskHandler),
  },
  checkConfig: portRefusals,
  configure,
  cannotImport: 'what runs on this machine is made by `pulumi up`',
};
