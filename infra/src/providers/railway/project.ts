import { z } from 'zod';
import type { ResourceHandler, Work } from '../plugin/handler.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';
import { makeOnce } from '../vendor/make-once.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';

const inputs = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,50}$/, 'must be lower-case letters, digits and hyphens, at most 50'),
  description: z.string().max(200),
  workspaceId: z.string().min(1),
  /** Railway makes one environment with the project; it is called so. */
  defaultEnvironmentName: z.string().min(1),
});
type ProjectInputs = z.infer<typeof inputs>;

const named = z.object({ edges: z.array(z.object({ node: z.object({ id: z.string(), name: z.string() }) })) });
const project = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  workspaceId: z.string().nullable(),
  prDeploys: z.boolean(),
  isPublic: z.boolean(),
  environments: named,
  deletedAt: z.string().nullish(),
});
type Project = z.infer<typeof project>;
const page = z.object({
  projects: z.object({
    edges: z.array(z.object({ node: project })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
  }),
});

async function findByName(
  api: RailwayApi,
  workspaceId: string,
  name: string,
  signal: AbortSignal,
): Promise<Project | undefined> {
  let after: string | undefined;
  do {
    const { projects } = await api.run({
      what: 'list the projects of the workspace',
      query: operations.projectsQuery,
      variables: { workspaceId, after },
      answer: page,
      repeatable: true,
      signal,
    });
    const found = projects.edges.find(({ node }) => node.name === name);
    if (found) return found.node;
    after = projects.pageInfo.hasNextPage ? (projects.pageInfo.endCursor ?? undefined) : undefined;
  } while (after !== undefined);
  return undefined;
}

function create(api: RailwayApi, wanted: ProjectInputs, signal: AbortSignal): Promise<Project> {
  return api
    .run({
      what: `create the project "${wanted.name}"`,
      query: operations.projectCreate,
      // Deploys of pull requests would run with this environment's secrets.
      variables: { input: { ...wanted, isPublic: false, prDeploys: false } },
      answer: z.object({ projectCreate: project }),
      repeatable: false,
      signal,
    })
    .then(({ projectCreate }) => projectCreate);
}

async function find(api: RailwayApi, id: string, signal: AbortSignal): Promise<Project | undefined> {
  const answer = await api.find({
    what: `read the project ${id}`,
    query: operations.projectQuery,
    variables: { id },
    answer: z.object({ project }),
    repeatable: true,
    signal,
  });
  return answer?.project.deletedAt ? undefined : answer?.project;
}

function environmentOf(found: Project, name: string): string | undefined {
  return found.environments.edges.find(({ node }) => node.name === name)?.node.id;
}

function outputsOf(found: Project, wanted: ProjectInputs): Properties {
  const { name } = wanted;
  const environmentId = environmentOf(found, wanted.defaultEnvironmentName) ?? null;
  return { name, projectId: found.id, defaultEnvironmentId: environmentId };
}

function inputsOf(found: Project, defaultEnvironmentName: string): Properties {
  const { name, description, workspaceId } = found;
  return { name, description: description ?? '', workspaceId: workspaceId ?? '', defaultEnvironmentName };
}

/** A project: what holds environments and services, and what the private network spans. */
export const projectHandler: ResourceHandler<RailwayApi, ProjectInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['workspaceId', 'defaultEnvironmentName'],
  planned: async (_api, wanted, before) => ({
    name: wanted['name'] ?? null,
    projectId: before?.['projectId'] ?? UNKNOWN,
    defaultEnvironmentId: before?.['defaultEnvironmentId'] ?? UNKNOWN,
  }),
  async create(api, wanted, { signal }) {
    const made = await makeOnce(
      api.pace,
      () => findByName(api, wanted.workspaceId, wanted.name, signal),
      () => create(api, wanted, signal),
      signal,
    );
    return { id: made.id, outputs: outputsOf(made, wanted) };
  },
  async update(api, { name, description }, before, { id, signal }) {
    await api.run({
      what: `change the project "${name}"`,
      query: operations.projectUpdate,
      variables: { id, input: { name, description } },
      answer: z.object({ projectUpdate: z.object({ id: z.string() }) }),
      repeatable: true,
      signal,
    });
    return { ...before, name };
  },
  async read(api, wanted, _before, { id, signal }) {
    const found = await find(api, id, signal);
    return (
      found && {
        inputs: inputsOf(found, wanted.defaultEnvironmentName),
        outputs: outputsOf(found, wanted),
      }
    );
  },
  async adopt(api, id, { signal }) {
    const found = await find(api, id, signal);
    if (!found) return undefined;
    const wanted = inputs.parse(inputsOf(found, found.environments.edges[0]?.node.name ?? 'production'));
    return { inputs: { ...wanted }, outputs: outputsOf(found, wanted) };
  },
  async delete(api, { name }, _before, work) {
    await deleted(api, `delete the project "${name}"`, operations.projectDelete, { id: work.id }, work);
  },
};

/** Runs a deletion; what is gone already counts as deleted. */
export async function deleted(
  api: RailwayApi,
  what: string,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  { signal }: Pick<Work, 'signal'>,
): Promise<void> {
  await api.find({ what, query, variables, answer: z.record(z.string(), z.literal(true)), repeatable: true, signal });
}
