import { CustomResource, ProviderResource } from '@pulumi/pulumi';
import type { CustomResourceOptions, Input, Inputs, Output } from '@pulumi/pulumi';
import type { ProcessSpec } from '../../targets/local/process-spec.ts';

/** Resource classes of the provider plugin beside this file, for the program. Their properties are checked by the plugin. */

type InputsOf<Shape> = { [Key in keyof Shape]: Input<Shape[Key]> };

/** The stack's folder and all ports that will be used; taken ports are refused here, before anything starts. */
export class LocalProvider extends ProviderResource {
  constructor(name: string, args: { stack: string; folder: string; ports: Record<string, number> }) {
    super('keelson', name, { ...args, ports: JSON.stringify(args.ports) });
  }
}

/** Declares outputs by their names, as the SDK wants them: present and undefined until the engine answers. */
function withOutputs(inputs: Inputs, outputs: readonly string[]): Inputs {
  return { ...Object.fromEntries(outputs.map((name) => [name, undefined])), ...inputs };
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

export class Credentials extends CustomResource {
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

  constructor(name: string, args: InputsOf<CredentialsArgs>, options: CustomResourceOptions) {
    super('keelson:local:Credentials', name, withOutputs({ ...args }, [...SECRETS, 'jwks']), {
      ...options,
      additionalSecretOutputs: [...SECRETS],
    });
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

export class Postgres extends CustomResource {
  /** Another one when the data folder was made anew. */
  declare readonly cluster: Output<string>;

  constructor(name: string, args: InputsOf<PostgresArgs>, options: CustomResourceOptions) {
    super('keelson:local:Postgres', name, withOutputs({ ...args }, ['cluster', 'incarnation', 'specHash']), options);
  }
}

export interface RedisArgs {
  server: string;
  version: string;
  port: number;
  password: string;
}

export class Redis extends CustomResource {
  constructor(name: string, args: InputsOf<RedisArgs>, options: CustomResourceOptions) {
    super('keelson:local:Redis', name, withOutputs({ ...args }, ['incarnation', 'specHash']), options);
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

export class Migration extends CustomResource {
  constructor(name: string, args: InputsOf<TaskArgs>, options: CustomResourceOptions) {
    super('keelson:local:Migration', name, withOutputs({ ...args }, ['result']), options);
  }
}

export class Seed extends CustomResource {
  constructor(name: string, args: InputsOf<TaskArgs>, options: CustomResourceOptions) {
    super('keelson:local:Seed', name, withOutputs({ ...args }, ['result']), options);
  }
}

export type ProcessArgs = Omit<ProcessSpec, 'kind' | 'env'> & {
  readonly env: Record<string, Input<string>>;
  readonly writes: readonly string[];
};

export class Process extends CustomResource {
  constructor(name: string, args: InputsOf<ProcessArgs>, options: CustomResourceOptions) {
    super('keelson:local:Process', name, withOutputs({ ...args }, ['incarnation', 'specHash']), options);
  }
}
