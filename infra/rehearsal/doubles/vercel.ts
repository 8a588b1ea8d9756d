import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  DeploymentArgs,
  FirewallConfigArgs,
  ProjectArgs,
  ProjectDomainArgs,
  ProjectEnvironmentVariableArgs,
  ProjectRollingReleaseArgs,
  ProjectRouteArgs,
  ProviderArgs,
} from '@pulumiverse/vercel';
import { z } from 'zod';
import { repositoryFolder } from '../../src/targets/local/folders.ts';
import type { Properties } from '../../src/providers/plugin/wire.ts';
import type { DoublePackage } from './double.ts';
import { doubleConfiguration, doubleType } from './typed.ts';

const PROJECT = 'vercel:index/project:Project';
const of = { projectId: z.string().startsWith('prj_'), teamId: z.string().min(1) };
const ofProject = { type: PROJECT, id: ({ projectId }: { projectId: string }): string => projectId };
const importOf = (inputs: { teamId: string; projectId: string }, id: string): string =>
  `${inputs.teamId}/${inputs.projectId}/${id}`;
const ofProjectIds = ['projectId', 'teamId'];

const projectTypes: DoublePackage['types'] = {
  [PROJECT]: doubleType<ProjectArgs>()({
    schema: z.strictObject({
      name: z.string().regex(/^[a-z0-9._-]{1,100}$/),
      teamId: z.string().min(1),
      publicSource: z.boolean(),
      directoryListing: z.boolean(),
      enableProductionFeedback: z.boolean(),
    }),
    key: ({ teamId, name }) => `${teamId}/${name}`,
    idPrefix: 'prj_',
    importId: ({ teamId }, id) => `${teamId}/${id}`,
    replaceOn: ['teamId'],
  }),
  'vercel:index/projectDomain:ProjectDomain': doubleType<ProjectDomainArgs>()({
    schema: z.strictObject({ ...of, domain: z.string().min(3) }),
    key: ({ domain }) => domain,
    id: ({ domain }) => domain,
    importId: importOf,
    ownedBy: ofProject,
    computed: () => ({ verified: true, verifications: [] }),
    later: ['verified', 'verifications'],
    replaceOn: [...ofProjectIds, 'domain'],
  }),
  'vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable': doubleType<ProjectEnvironmentVariableArgs>()({
    schema: z.strictObject({
      ...of,
      key: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
      value: z.string().min(1),
      targets: z.array(z.enum(['production', 'preview', 'development'])).min(1),
      sensitive: z.boolean(),
    }),
    key: ({ projectId, key }) => `${projectId}/${key}`,
    importId: importOf,
    secretOutputs: ['value'],
    ownedBy: ofProject,
    replaceOn: [...ofProjectIds, 'key'],
  }),
  'vercel:index/projectRollingRelease:ProjectRollingRelease': doubleType<ProjectRollingReleaseArgs>()({
    schema: z.strictObject({
      ...of,
      advancementType: z.literal('automatic'),
      // The provider refuses a stage of all by itself: it is added, and taken off again when it is read.
      stages: z
        .array(z.strictObject({ targetPercentage: z.int().min(1).max(99), duration: z.int().min(1).max(10_000) }))
        .min(1)
        .max(10),
    }),
    key: ({ projectId }) => projectId,
    id: ({ projectId }) => projectId,
    ownedBy: ofProject,
    second: 'overwrites',
    replaceOn: ofProjectIds,
  }),
};

const condition = z.strictObject({
  type: z.enum(['path', 'method']),
  op: z.enum(['eq', 'inc']),
  neg: z.boolean().optional(),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});

const guardTypes: DoublePackage['types'] = {
  'vercel:index/firewallConfig:FirewallConfig': doubleType<FirewallConfigArgs>()({
    schema: z.strictObject({
      ...of,
      enabled: z.boolean(),
      rules: z.strictObject({
        rules: z.array(
          z.strictObject({
            name: z.string().min(1),
            description: z.string(),
            active: z.boolean(),
            conditionGroups: z.array(z.strictObject({ conditions: z.array(condition).min(1) })).min(1),
            action: z.strictObject({
              action: z.enum(['deny', 'rate_limit', 'challenge', 'log']),
              rateLimit: z
                .strictObject({
                  algo: z.enum(['fixed_window', 'token_bucket']),
                  window: z.int().min(10).max(3_600),
                  limit: z.int().min(1),
                  keys: z.array(z.string()).min(1),
                  action: z.enum(['deny', 'challenge', 'log', 'rate_limit']),
                })
                .optional(),
            }),
          }),
        ),
      }),
    }),
    key: ({ projectId }) => projectId,
    id: ({ projectId }) => projectId,
    ownedBy: ofProject,
    second: 'overwrites',
    replaceOn: ofProjectIds,
  }),
  'vercel:index/projectRoute:ProjectRoute': doubleType<ProjectRouteArgs>()({
    schema: z.strictObject({
      ...of,
      name: z.string().min(1),
      description: z.string(),
      enabled: z.boolean(),
      position: z.strictObject({ placement: z.enum(['start', 'end']) }),
      route: z.strictObject({
        src: z.string().startsWith('/'),
        dest: z.url(),
        headers: z.record(z.string(), z.string()),
        respectOriginCacheControl: z.boolean(),
      }),
    }),
    key: ({ projectId, name }) => `${projectId}/${name}`,
    idPrefix: 'rt_',
    importId: importOf,
    ownedBy: ofProject,
    second: 'kept',
    replaceOn: [...ofProjectIds, 'position'],
  }),
  'vercel:index/deployment:Deployment': doubleType<DeploymentArgs>()({
    schema: z.strictObject({
      ...of,
      files: z.record(z.string(), z.string().regex(/^\d+~[0-9a-f]{40}$/)),
      pathPrefix: z.string(),
      production: z.boolean(),
      deleteOnDestroy: z.boolean(),
    }),
    key: ({ projectId, files }) => `${projectId}/${createHash('sha1').update(JSON.stringify(files)).digest('hex')}`,
    idPrefix: 'dpl_',
    ownedBy: ofProject,
    second: 'kept',
    outlivesDelete: ({ deleteOnDestroy }) => !deleteOnDestroy,
    computed: (_inputs, id) => ({ url: `${id.slice(0, 12)}.vercel.app`, domains: [] }),
    later: ['url', 'domains'],
    replaceOn: [...ofProjectIds, 'files', 'pathPrefix', 'production'],
  }),
};

/** Files of a folder with size and SHA-1, as the provider's own function tells them; it asks nobody. */
async function projectDirectory(_vendor: unknown, given: Properties): Promise<Properties> {
  const path = String(given['path']);
  // The engine starts a plugin where the program is.
  const folder = join(repositoryFolder, 'infra', 'src', path);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const told = files.map((entry) => {
    const content = readFileSync(join(entry.parentPath, entry.name));
    const sha = createHash('sha1').update(content).digest('hex');
    return [join(path, entry.parentPath.slice(folder.length), entry.name), `${content.length}~${sha}`] as const;
  });
  return { id: path, path, files: Object.fromEntries(told) };
}

/** Vercel, as far as the program uses it. Sources: the package's own .d.ts files, and the provider's for its rules. */
export const vercelDouble: DoublePackage = {
  version: '5.4.1',
  // With a team here, the provider calls Vercel as soon as it is configured, and no roll-back works while Vercel is away.
  configuration: doubleConfiguration<ProviderArgs>()(
    z.strictObject({ apiToken: z.string().regex(/[0-9a-zA-Z]{24}/, 'it has 24 letters or digits') }),
  ),
  types: { ...projectTypes, ...guardTypes },
  functions: { 'vercel:index/getProjectDirectory:getProjectDirectory': projectDirectory },
};
