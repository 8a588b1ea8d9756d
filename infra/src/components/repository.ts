import { ActionsEnvironmentSecret } from '@pulumi/github/actionsEnvironmentSecret.js';
import { ActionsEnvironmentVariable } from '@pulumi/github/actionsEnvironmentVariable.js';
import { RepositoryEnvironment } from '@pulumi/github/repositoryEnvironment.js';
import { RepositoryEnvironmentDeploymentPolicy } from '@pulumi/github/repositoryEnvironmentDeploymentPolicy.js';
import { RepositoryRuleset } from '@pulumi/github/repositoryRuleset.js';
import { ComponentResource, type Input, type Output, type ProviderResource } from '@pulumi/pulumi';
import type { CloudContext } from '../cloud/context.ts';
import { mainBranchRules, normalizeGithubEnvironment, type EnvironmentPlan } from './repository-plan.ts';

export interface RepositoryArgs {
  readonly context: CloudContext;
  readonly github: ProviderResource;
  /** Reaches the environment at Railway and nothing else. */
  readonly deployToken: Output<string>;
  /** What a pipeline may know of the environment, by name. */
  readonly variables: Readonly<Record<string, Input<string>>>;
}

/** What a pipeline needs to deploy, and what keeps one that should not from it. */
export class Repository extends ComponentResource {
  constructor({ context, github, deployToken, variables }: RepositoryArgs) {
    super('keelson:cloud:Repository', 'repository', {}, { providers: [github] });
    const { environment, settings } = context;
    const repository = settings.githubRepository;
    const plan = normalizeGithubEnvironment(environment, settings.githubReviewers);
    const of = { repository, environment: this.#environment(repository, environment.name, plan) };
    const place = { parent: this };
    for (const branchPattern of plan.branches) {
      new RepositoryEnvironmentDeploymentPolicy(branchPattern, { ...of, branchPattern }, place);
    }
    new ActionsEnvironmentSecret('railway-token', { ...of, secretName: 'RAILWAY_TOKEN', value: deployToken }, place);
    for (const [variableName, value] of Object.entries(variables)) {
      new ActionsEnvironmentVariable(variableName, { ...of, variableName, value }, place);
    }
    // The branch belongs to all environments: production has its rules.
    if (environment.switches.production) {
      new RepositoryRuleset('main', { repository, name: context.name('main'), ...mainBranchRules }, place);
    }
    this.registerOutputs({});
  }

  /** Its name, known once it is there. */
  #environment(repository: string, environment: string, plan: EnvironmentPlan): Output<string> {
    const { reviewers, branches, preventSelfReview, canAdminsBypass } = plan;
    const made = new RepositoryEnvironment(
      'environment',
      {
        ...{ repository, environment, preventSelfReview, canAdminsBypass },
        ...(reviewers.length > 0 && { reviewers: [{ users: [...reviewers] }] }),
        ...(branches.length > 0 && {
          deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
        }),
      },
      { parent: this },
    );
    return made.environment;
  }
}
