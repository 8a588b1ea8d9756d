import type { Refusal } from './check.ts';
import type { ResourceHandler } from './handler.ts';
import type { Properties } from './wire.ts';

/** One provider package: what it is called, how it is configured, and its kinds of resources. */
export interface ProviderDefinition<Context> {
  /** First part of every type token, e.g. `railway` of `railway:index:Service`. */
  readonly name: string;
  readonly version: string;
  /** By type token. Tokens are in every state file: they never change. */
  readonly types: Readonly<Record<string, ResourceHandler<Context>>>;
  /** Functions by token: they look something up and change nothing, so a preview calls them too. */
  readonly functions?: Readonly<Record<string, (context: Context, given: Properties) => Promise<Properties>>>;
  /** What is wrong with the provider's configuration; nothing has been started when this says something. */
  checkConfig(values: Properties): Promise<readonly Refusal[]>;
  configure(values: Properties): Context;
  /** Why a resource without `adopt` cannot be imported. */
  readonly cannotImport: string;
}

/** The handler for a resource by its URN, whose third part ends in the type. */
export function handlerOf<Context>(provider: ProviderDefinition<Context>, urn: string): ResourceHandler<Context> {
  const type = urn.split('::')[2]?.split('$').at(-1) ?? '';
  const handler = provider.types[type];
  if (handler) return handler;
  const known = Object.keys(provider.types).join(', ');
  throw new Error(`the provider "${provider.name}" has no type ${type}; it has ${known}`);
}
