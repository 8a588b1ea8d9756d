import { milliseconds } from '@keelson/kernel';
import type { SupabaseProject } from '../../supabase/world.ts';
import { found, keptOf, must, type Behaviour, type Life } from '../life.ts';
import { reached, containerOf } from '../network.ts';

const SECONDS = 1_000;

function database({ vendors }: Life): SupabaseProject {
  return found([...vendors.supabase.world.projects.values()][0], 'there is no database');
}

function rulesOf(life: Life, kind: 'Lifecycle' | 'Lock', missing: string): readonly Record<string, unknown>[] {
  const [bucket] = keptOf(life, 'cloudflare', 'cloudflare:index/r2Bucket:R2Bucket');
  const name = found(bucket, 'there is no bucket').inputs['name'];
  const rules = keptOf(life, 'cloudflare', `cloudflare:index/r2Bucket${kind}:R2Bucket${kind}`);
  return found(
    rules.find(({ inputs }) => inputs['bucketName'] === name),
    missing,
  ).inputs['rules'] as Record<string, unknown>[];
}

/** Of the sizes that buy it. */
const restores: Behaviour = {
  name: 'an operator restores the database as it was at any moment of last week',
  act(life) {
    const days = life.size.supabase.pointInTimeDays;
    must(days === 0 || database(life).addons.get('pitr') === `pitr_${days}`, 'the database has daily backups only');
  },
};

/** Those who look after the data. */
const keepers: readonly Behaviour[] = [
  {
    name: 'an operator finds a backup of yesterday at another vendor than the database’s',
    act: (life) => must(keptOf(life, 'cloudflare', 'cloudflare:index/r2Bucket:R2Bucket').length === 1, 'no bucket'),
  },
  {
    name: 'a thief with the owner’s token cannot delete a backup of yesterday',
    act(life) {
      const [rule] = rulesOf(life, 'Lock', 'whoever has the token may');
      const { maxAgeSeconds } = rule?.['condition'] as { maxAgeSeconds: number };
      must(maxAgeSeconds === milliseconds(life.size.backups.lockedFor) / SECONDS, 'it is locked for another time');
    },
  },
  {
    name: 'who pays does not keep backups for ever',
    act(life) {
      const [rule] = rulesOf(life, 'Lifecycle', 'each backup is kept until somebody deletes it');
      const { condition } = rule?.['deleteObjectsTransition'] as { condition: { maxAge: number } };
      must(condition.maxAge === milliseconds(life.size.backups.keptFor) / SECONDS, 'they are kept for another time');
    },
  },
  {
    name: 'who restores the database of last night finds all of that trading day in it',
    // The exchanges' day ends at 17:00 in New York, at the latest 22:00 UTC; books are closed and compared after that.
    act: (life) => must(database(life).backupTime > '03:00:00', `its backup is made at ${database(life).backupTime}`),
  },
  restores,
  {
    name: 'every service survives a statement that never ends',
    act: (life) => must(database(life).postgres['statement_timeout'] === '30s', 'it holds its connection for minutes'),
  },
  {
    name: 'who searches by likeness finds pgvector',
    act: (life) => must(database(life).extensions.has('vector'), 'the database does not know the type vector'),
  },
  {
    name: 'who listens on the network reads nothing of the database',
    act: (life) => must(database(life).ssl, 'the database speaks in clear text to whoever asks so'),
  },
];

const ENVIRONMENT = 'github:index/repositoryEnvironment:RepositoryEnvironment';
const deploying = (life: Life) =>
  found(
    keptOf(life, 'github', ENVIRONMENT).find(({ inputs }) => inputs['environment'] === life.environment.name),
    `GitHub knows no environment ${life.environment.name}`,
  ).inputs;

function variable(life: Life, name: string): string {
  const variables = keptOf(life, 'github', 'github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable');
  const { environment } = deploying(life);
  const one = variables.find(({ inputs }) => inputs['variableName'] === name && inputs['environment'] === environment);
  return String(found(one, `a pipeline gets no ${name}`).inputs['value']);
}

/** Those who deploy by a pipeline, and those who must not. */
const deployers: readonly Behaviour[] = [
  {
    name: 'a pipeline proves itself to Railway with a token of this environment alone',
    act(life) {
      const secrets = keptOf(life, 'github', 'github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret');
      const secret = secrets.find(({ inputs }) => inputs['environment'] === deploying(life)['environment']);
      must(String(found(secret, 'a pipeline has no token').inputs['value']) !== '', 'the token is empty');
      const { serviceId, environmentId } = containerOf(life, 'api');
      const { tokens, services } = life.vendors.railway.world;
      const fits = [...tokens.values()].some(
        (token) => token.environmentId === environmentId && token.projectId === services.get(serviceId)?.projectId,
      );
      must(fits, 'Railway knows no token for this environment');
    },
  },
  {
    name: 'a pipeline deploys into the project of the services',
    act(life) {
      const { world } = life.vendors.railway;
      const project = world.projects.get(variable(life, 'RAILWAY_PROJECT_ID'));
      must(
        found(project, 'there is no such project').id === [...world.services.values()][0]?.projectId,
        'it is another one',
      );
    },
  },
  {
    name: 'a pipeline deploys into the environment of the services',
    act: (life) =>
      must(containerOf(life, 'api').environmentId === variable(life, 'RAILWAY_ENVIRONMENT_ID'), 'it is another one'),
  },
  {
    name: 'a pipeline asks the api whether its release is healthy',
    act: (life) => void reached(life, new URL(variable(life, 'API_URL')).hostname),
  },
  {
    name: 'a pipeline looks at the page of its release',
    act: (life) => must(new URL(variable(life, 'APP_URL')).hostname === life.addresses.app, 'it looks at another page'),
  },
];

const ifProduction = (behaviour: Behaviour): Behaviour => ({
  name: behaviour.name,
  act: (life) => {
    if (life.environment.switches.production) behaviour.act(life);
  },
});

/** What only production has. */
const guardians: readonly Behaviour[] = [
  {
    name: 'who pushes a branch cannot deploy it to production',
    act(life) {
      const type = 'github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy';
      const patterns = keptOf(life, 'github', type).map(({ inputs }) => inputs['branchPattern']);
      must(patterns.join() === 'main', `it may come from ${patterns.join() || 'nowhere, so nobody deploys'}`);
    },
  },
  {
    name: 'one person alone cannot deploy to production',
    act: (life) => must(deploying(life)['preventSelfReview'] === true, 'who asks for it may agree to it'),
  },
  {
    name: 'who stole an account cannot put unsigned code on the main branch',
    act(life) {
      const [ruleset] = keptOf(life, 'github', 'github:index/repositoryRuleset:RepositoryRuleset');
      const rules = found(ruleset, 'the main branch has no rules').inputs['rules'] as Record<string, unknown>;
      must(rules['requiredSignatures'] === true && rules['nonFastForward'] === true, 'its rules ask for no signature');
    },
  },
  {
    name: 'most visitors keep the old page while a new one is tried',
    act(life) {
      const [release] = keptOf(life, 'vercel', 'vercel:index/projectRollingRelease:ProjectRollingRelease');
      const stages = found(release, 'everybody gets it at once').inputs['stages'] as { targetPercentage: number }[];
      must((stages[0]?.targetPercentage ?? 100) <= 10, 'its first stage is too large');
    },
  },
  {
    name: 'the person on call gets a mail when Cloudflare is in trouble',
    act(life) {
      const [policy] = keptOf(life, 'cloudflare', 'cloudflare:index/notificationPolicy:NotificationPolicy');
      const { mechanisms, enabled } = found(policy, 'Cloudflare tells nobody').inputs;
      const { emails } = mechanisms as { emails: { id: string }[] };
      must(enabled === true && emails[0]?.id === life.vendors.settings.alertEmail, 'somebody else is told');
    },
  },
  {
    name: 'who pays is told when the services cost more than the size may',
    act(life) {
      const { softLimit } = found(life.vendors.railway.world.usageLimit, 'Railway tells nobody');
      must(softLimit === life.size.budget.to, `they are told at ${softLimit} dollars`);
    },
  },
];

export const behavioursOfOperators: readonly Behaviour[] = [...keepers, ...deployers, ...guardians.map(ifProduction)];

/** One hand at a vendor's page, and a business that grew: what only shows later. */
export function slipOf({ vendors }: Life): void {
  for (const project of vendors.supabase.world.projects.values()) {
    project.pooler = { default_pool_size: 1, pool_mode: 'session' };
    Object.assign(project.network, { dbAllowedCidrs: ['192.0.2.1/32'], dbAllowedCidrsV6: [] });
  }
}

/** After the next `up`, with the size that the life then has. */
export const behavioursLater: readonly Behaviour[] = [
  restores,
  {
    name: 'who reads long reports takes nothing from the database that trades',
    act: (life) =>
      must(database(life).replicas.length === life.size.supabase.readReplicas, 'there is no replica to read from'),
  },
  {
    name: 'who bought a bigger size has the computer of that size under the database',
    act(life) {
      const compute = database(life).addons.get('compute_instance');
      must(compute === `ci_${life.size.supabase.compute}`, `it is still ${compute}`);
    },
  },
  {
    name: 'services reach the database again after somebody closed it by hand',
    act: (life) => must(database(life).network.dbAllowedCidrs.includes('0.0.0.0/0'), 'it stays closed'),
  },
  {
    name: 'as many connections as the size pays for come through the pooler, also after somebody’s slip',
    act(life) {
      const { default_pool_size: size, pool_mode: mode } = database(life).pooler;
      must(size === life.size.supabase.poolSize && mode === 'transaction', `it lets ${size} through, by ${mode}`);
    },
  },
];
