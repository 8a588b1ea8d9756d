import { type Input, ProviderResource } from '@pulumi/pulumi';
import type { ProcessSpec } from '../../targets/local/process-spec.ts';
import { type ArgumentsOf, type CustomResourceOptions, type Output, VendorResource } from '../plugin/resource.ts';

/** Resource classes of the provider plugin beside this file, for the program. Their properties are checked by the plugin. */

/** The stack's folder and all ports that will be used; taken ports are refused here, before anything starts. */
export class LocalProvider extends ProviderResource {
  constructor(name: string, args: { stack: string; folder: string; ports: Record<string, number> }) {
    super('keelson', name, { ...args, ports: JSON.stringify(args.ports) });
  }
}

const SECRETS = [
  'databaseAdminUrl',
  'databaseAdminPassword',
  'databaseAppPassword',
  'databaseUrl',
  'redisUrl',
  'redisPassword',
  'privateJwk',
  'webhookKey',
  'webhookPathId',
] as const;

export interface CredentialsArgs {
  postgresUrl: string;
  ownPostgres: boolean;
  redisUrl: string;
  ownRedis: boolean;
  issuer: string;
  audience: string;
}

export class Credentials extends VendorResource {
  declare readonly databaseAdminUrl: Output<string>;
  declare readonly databaseAdminPassword: Output<string>;
  declare readonly databaseAppPassword: Output<string>;
  declare readonly databaseUrl: Output<string>;
  declare readonly redisUrl: Output<string>;
  declare readonly redisPassword: Output<string>;
  declare readonly webhookKey: Output<string>;
  declare readonly webhookPathId: Output<string>;
  /** Public keys of the signing key, as JSON. */
  declare readonly jwks: Output<string>;

  constructor(name: string, args: ArgumentsOf<CredentialsArgs>, options: CustomResourceOptions) {
    super('keelson:local:Credentials', name, { ...args }, { open: ['jwks'], secret: SECRETS }, options);
  }
}

export interface PostgresArgs {
  binDir: string;
  version: string;
  prefix: string[];
  port: number;
  user: string;
  password: string;
  database: string;
  maxConnections: number;
  sharedBuffersMib: number;
}

export class Postgres extends VendorResource {
  /** Another one when the data folder was made anew. */
  declare readonly cluster: Output<string>;

  constructor(name: string, args: ArgumentsOf<PostgresArgs>, options: CustomResourceOptions) {
    super('keelson:local:Postgres', name, { ...args }, { open: ['cluster', 'incarnation', 'specHash'] }, options);
  }
}

export interface RedisArgs {
  server: string;
  version: string;
  port: number;
  password: string;
}

export class Redis extends VendorResource {
  constructor(name: string, args: ArgumentsOf<RedisArgs>, options: CustomResourceOptions) {
    super('keelson:local:Redis', name, { ...args }, { open: ['incarnation', 'specHash'] }, options);
  }
}

export interface TaskArgs {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, Input<string>>;
  contentHash: string;
  database: string;
  timeoutMs: number;
}

export class Migration extends VendorResource {
  constructor(name: string, args: ArgumentsOf<TaskArgs>, options: CustomResourceOptions) {
    super('keelson:local:Migration', name, { ...args }, { open: ['result'] }, options);
  }
}

export class Seed extends VendorResource {
  constructor(name: string, args: ArgumentsOf<TaskArgs>, options: CustomResourceOptions) {
    super('keelson:local:Seed', name, { ...args }, { open: ['result'] }, options);
  }
}

export type ProcessArgs = Omit<ProcessSpec, 'kind' | 'env'> & {
  readonly env: Record<string, Input<string>>;
  readonly writes: readonly string[];
};

export class Process extends VendorResource {
  constructor(name: string, args: ArgumentsOf<ProcessArgs>, options: CustomResourceOptions) {
    super('keelson:local:Process', name, { ...args }, { open: ['incarnation', 'specHash'] }, options);
  }
}
