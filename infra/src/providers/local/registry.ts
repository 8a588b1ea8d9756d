import { credentialsHandler } from './credentials.ts';
import type { ResourceHandler } from './handler.ts';
import { postgresHandler } from './postgres.ts';
import { processHandler } from './process.ts';
import { redisHandler } from './redis.ts';
import { taskHandler } from './task.ts';

/** Forgets the type of the inputs: the server parses them with the handler's own schema before it hands them over. */
function plain<Inputs>(handler: ResourceHandler<Inputs>): ResourceHandler {
  return handler as unknown as ResourceHandler;
}

/** Every type of this provider. Tokens are in every state file: they never change. */
const handlers: Readonly<Record<string, ResourceHandler>> = {
  'keelson:local:Credentials': plain(credentialsHandler),
  'keelson:local:Migration': plain(taskHandler),
  'keelson:local:Postgres': plain(postgresHandler),
  'keelson:local:Process': plain(processHandler),
  'keelson:local:Redis': plain(redisHandler),
  'keelson:local:Seed': plain(taskHandler),
};

/** The handler for a resource by its URN, whose third part ends in the type. */
export function handlerOf(urn: string): ResourceHandler {
  const type = urn.split('::')[2]?.split('$').at(-1) ?? '';
  const handler = handlers[type];
  if (!handler)
    throw new Error(`the provider "keelson" has no type ${type}; it has ${Object.keys(handlers).join(', ')}`);
  return handler;
}
