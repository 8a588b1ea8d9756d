import { ComponentResource, output, type Input, type Output, type Resource } from '@pulumi/pulumi';
import type { LocalEnvironment } from '../environments/environment.ts';
import { Migration, Postgres, Seed, type Credentials } from '../providers/local/resources.ts';
import type { LocalTarget } from '../targets/local/target.ts';
import { taskArguments, type TaskPlan } from '../targets/local/tasks.ts';
import { clusterOf } from './store-plan.ts';

export interface DatabaseArgs {
  readonly target: LocalTarget;
  readonly environment: LocalEnvironment;
  readonly credentials: Credentials;
  /** Brings the schema to the newest version. */
  readonly migration: TaskPlan;
  /** Fills in the demo team; none where the environment has no demo data. */
  readonly seed: TaskPlan;
}

/** Postgres, brought to the newest schema and seeded; or one that somebody else runs. */
export class Database extends ComponentResource {
  /** What a service that needs Postgres waits for. */
  readonly ready: readonly Resource[];
  /** Instances that such a service stops before. */
  readonly instances: readonly string[];

  constructor(args: DatabaseArgs) {
    const { target, credentials } = args;
    super('keelson:platform:Database', 'database', {}, { providers: [target.provider] });
    const server = this.server(args);
    this.instances = server ? ['postgres'] : [];
    const cluster: Output<string> = server?.cluster ?? output(clusterOf(target.stores.postgres.url));
    const owner: Record<string, Input<string>> = { DATABASE_ADMIN_URL: credentials.databaseAdminUrl };
    const schema = { ...owner, DATABASE_APP_PASSWORD: credentials.databaseAppPassword };
    const after = (...resources: (Resource | undefined)[]) => ({
      parent: this,
      dependsOn: resources.filter((resource) => resource !== undefined),
    });
    const migration = new Migration('migration', taskArguments(target, args.migration, schema, cluster), after(server));
    const demo = {
      ...owner,
      DEMO_WEBHOOK_KEY: credentials.webhookKey,
      DEMO_WEBHOOK_PATH_ID: credentials.webhookPathId,
    };
    const seed = args.environment.switches.demoData
      ? [new Seed('seed', taskArguments(target, args.seed, demo, cluster), after(migration))]
      : [];
    this.ready = [migration, ...seed];
    this.registerOutputs({});
  }

  /** The server that this stack runs; undefined when Postgres is somebody else's. */
  private server({ target, environment, credentials }: DatabaseArgs): Postgres | undefined {
    const { postgres } = target.stores;
    if (!postgres.own) return undefined;
    const { binDir, version, prefix, port, user, database } = postgres;
    const password = credentials.databaseAdminPassword;
    const args = { binDir, version, prefix, port, user, database, password, ...environment.postgres };
    return new Postgres('postgres', args, { parent: this });
  }
}
