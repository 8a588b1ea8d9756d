import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { InitializationError } from '../plugin/handler.ts';
import { propertiesOf, UNKNOWN, type Properties } from '../plugin/wire.ts';
import { makeOnce } from '../vendor/make-once.ts';
import { waitUntil } from '../vendor/wait-until.ts';
import { projectPath, type SupabaseApi } from './api.ts';

const inputs = z.strictObject({
  name: z.string().min(1).max(256),
  organization: z.string().min(1),
  region: z.string().min(1),
  /** Of the role postgres. Supabase never shows it again. */
  databasePassword: z.string().min(16, 'must have at least 16 characters'),
  /** Compute of a new project; later it is an add-on. */
  instanceSize: z.string().min(1).optional(),
});
type ProjectInputs = z.infer<typeof inputs>;

const summary = z.object({
  ref: z.string(),
  name: z.string(),
  organization_slug: z.string(),
  region: z.string(),
  status: z.string(),
});
const project = summary.extend({ database: z.object({ host: z.string(), postgres_engine: z.string() }) });
type Project = z.infer<typeof project>;

/** What code and migrations are written and tested for. */
const ENGINE = '17';
const COMING = new Set([
  'COMING_UP',
  'UNKNOWN',
  'RESTARTING',
  'RESIZING',
  'UPGRADING',
  'ACTIVE_UNHEALTHY',
  'RESTORING',
]);
/** Later than this, a project counts as half made. */
const READY_WITHIN = '10 minutes';

function look(api: SupabaseApi, reference: string, signal: AbortSignal): Promise<Project | undefined> {
  return api.find({
    what: `read the project ${reference}`,
    method: 'GET',
    path: projectPath(reference),
    answer: project,
    repeatable: true,
    signal,
  });
}

async function findByName(api: SupabaseApi, wanted: ProjectInputs, signal: AbortSignal): Promise<string | undefined> {
  const all = await api.run({
    what: 'list the projects',
    method: 'GET',
    path: '/v1/projects',
    answer: z.array(summary),
    repeatable: true,
    signal,
  });
  const ours = all.find(
    ({ name, organization_slug: slug, status }) =>
      name === wanted.name && slug === wanted.organization && status !== 'REMOVED',
  );
  return ours?.ref;
}

async function create(api: SupabaseApi, wanted: ProjectInputs, signal: AbortSignal): Promise<string> {
  const made = await api.run({
    what: `create the project "${wanted.name}"`,
    method: 'POST',
    path: '/v1/projects',
    body: {
      name: wanted.name,
      organization_slug: wanted.organization,
      db_pass: wanted.databasePassword,
      region_selection: { type: 'specific', code: wanted.region },
      ...(wanted.instanceSize !== undefined && { desired_instance_size: wanted.instanceSize }),
    },
    answer: summary,
    repeatable: false,
    signal,
  });
  return made.ref;
}

/** Waits for a project that comes up; one that failed, or takes too long, stays recorded. */
async function ready(
  api: SupabaseApi,
  reference: string,
  wanted: ProjectInputs,
  signal: AbortSignal,
): Promise<Project> {
  const half = (why: string): InitializationError =>
    new InitializationError(
      reference,
      { ref: reference, host: '', poolerHost: '', engine: '', status: 'COMING_UP' },
      why,
    );
  const found = await waitUntil(api.pace, {
    until: `the project "${wanted.name}" is ACTIVE_HEALTHY`,
    every: '5 seconds',
    atMost: READY_WITHIN,
    look: () => look(api, reference, signal),
    done: (now) => now === undefined || !COMING.has(now.status),
    describe: (now) => now?.status ?? 'gone',
    signal,
  }).catch((error: Error) => {
    throw half(error.message);
  });
  if (found?.status === 'ACTIVE_HEALTHY') return found;
  throw half(
    `The project "${wanted.name}" is ${found?.status ?? 'gone'}. Look at it in Supabase's dashboard, then run the command again.`,
  );
}

const poolers = z.array(z.object({ database_type: z.string(), db_host: z.string() }));

/** What is there, with the host of the pooler: which of several it is, only the API knows. */
async function outputsOf(api: SupabaseApi, found: Project, signal: AbortSignal): Promise<Properties> {
  const all = await api.run({
    what: 'find the pooler of the project',
    method: 'GET',
    path: projectPath(found.ref, '/config/database/pooler'),
    answer: poolers,
    repeatable: true,
    signal,
  });
  const poolerHost = all.find((one) => one.database_type === 'PRIMARY')?.db_host ?? '';
  const { host, postgres_engine: engine } = found.database;
  return { ref: found.ref, host, poolerHost, engine, status: found.status };
}

async function setPassword(api: SupabaseApi, reference: string, password: string, signal: AbortSignal): Promise<void> {
  await api.do({
    what: 'set the password of the database',
    method: 'PATCH',
    path: projectPath(reference, '/database/password'),
    body: { password },
    repeatable: true,
    signal,
  });
}

/** A project: PostgreSQL, its pooler and auth. Waits until it is healthy. */
export const projectHandler: ResourceHandler<SupabaseApi, ProjectInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['organization', 'region'],
  planned: async (_api, _wanted, before) => ({
    ref: before?.['ref'] ?? UNKNOWN,
    host: before?.['host'] ?? UNKNOWN,
    poolerHost: before?.['poolerHost'] ?? UNKNOWN,
    engine: before?.['engine'] ?? ENGINE,
    status: before?.['status'] ?? 'ACTIVE_HEALTHY',
  }),
  async create(api, wanted, { signal }) {
    const existing = await findByName(api, wanted, signal);
    const reference =
      existing ??
      (await makeOnce(
        api.pace,
        () => findByName(api, wanted, signal),
        () => create(api, wanted, signal),
        signal,
      ));
    const found = await ready(api, reference, wanted, signal);
    // Made by a run that was interrupted, maybe with another password: nobody can read it back, so it is set.
    if (existing !== undefined) await setPassword(api, reference, wanted.databasePassword, signal);
    const outputs = await outputsOf(api, found, signal);
    if (found.database.postgres_engine !== ENGINE) {
      const is = `PostgreSQL ${found.database.postgres_engine}, and Keelson needs ${ENGINE}`;
      throw new InitializationError(
        reference,
        outputs,
        `The project "${wanted.name}" runs ${is}. Upgrade it in Supabase's dashboard.`,
      );
    }
    return { id: reference, outputs };
  },
  async update(api, wanted, before, { id, signal }) {
    await api.do({
      what: `rename the project to "${wanted.name}"`,
      method: 'PATCH',
      path: projectPath(id),
      body: { name: wanted.name },
      repeatable: true,
      signal,
    });
    await setPassword(api, id, wanted.databasePassword, signal);
    return { ...before, ...(await outputsOf(api, await ready(api, id, wanted, signal), signal)) };
  },
  async read(api, wanted, _before, { id, signal }) {
    const found = await look(api, id, signal);
    if (!found || found.status === 'REMOVED') return undefined;
    const { name, organization_slug: organization, region } = found;
    return {
      inputs: propertiesOf({ ...wanted, name, organization, region }),
      outputs: await outputsOf(api, found, signal),
    };
  },
  async adopt(api, id, { signal }) {
    const found = await look(api, id, signal);
    if (!found) return undefined;
    const { name, organization_slug: organization, region } = found;
    // The password is set anew by the next `up`: nobody can read the one that it has.
    return {
      inputs: { name, organization, region, databasePassword: 'unknown-until-the-next-up' },
      outputs: await outputsOf(api, found, signal),
    };
  },
  delete: (api, { name }, _before, { id, signal }) =>
    api.do({
      what: `delete the project "${name}"`,
      method: 'DELETE',
      path: projectPath(id),
      repeatable: true,
      gone: true,
      signal,
    }),
};
