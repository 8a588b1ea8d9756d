import { secret, type Output } from '@pulumi/pulumi';
import type { CloudContext } from '../../cloud/context.ts';
import { Environment, Project, ProjectToken, RailwayProvider, UsageLimit } from '../../providers/railway/resources.ts';

/** Railway as a place where the services of one environment run. */
export interface RailwayTarget {
  readonly context: CloudContext;
  readonly provider: RailwayProvider;
  readonly projectId: Output<string>;
  readonly environmentId: Output<string>;
  readonly registryCredentials: Output<{ username: string; password: string }> | undefined;
  /** For pipelines: it reaches this environment and nothing else. */
  readonly deployToken: Output<string>;
}

/** The project and environment of a stack, and what the workspace may cost. */
export function openRailwayTarget(context: CloudContext): RailwayTarget {
  const { environment, settings, size, protect } = context;
  const provider = new RailwayProvider('railway', { token: secret(settings.railwayToken) });
  const place = { provider };
  const project = new Project(
    'project',
    {
      name: context.name(),
      description: `Keelson ${environment.name}, made by its Pulumi program`,
      workspaceId: settings.railwayWorkspace,
      defaultEnvironmentName: environment.name,
    },
    { ...place, protect },
  );
  const { projectId } = project;
  const { environmentId } = new Environment('environment', { projectId, name: environment.name }, place);
  const token = new ProjectToken('deploy-token', { projectId, environmentId, name: context.name('deploy') }, place);
  // One limit for the workspace: production has it. It warns; it never stops what trades.
  if (environment.switches.production) {
    new UsageLimit('budget', { workspaceId: settings.railwayWorkspace, softLimitDollars: size.budget.to }, place);
  }
  const { registryUser: username, registryPassword } = settings;
  const registryCredentials = username === '' ? undefined : secret({ username, password: registryPassword });
  return { context, provider, projectId, environmentId, registryCredentials, deployToken: token.token };
}
