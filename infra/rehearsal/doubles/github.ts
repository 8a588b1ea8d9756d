import type {
  ActionsEnvironmentSecretArgs,
  ActionsEnvironmentVariableArgs,
  ProviderArgs,
  RepositoryEnvironmentArgs,
  RepositoryEnvironmentDeploymentPolicyArgs,
  RepositoryRulesetArgs,
} from '@pulumi/github';
import { z } from 'zod';
import type { DoublePackage } from './double.ts';
import { doubleConfiguration, doubleType } from './typed.ts';

const ENVIRONMENT = 'github:index/repositoryEnvironment:RepositoryEnvironment';
const of = { repository: z.string().min(1), environment: z.string().min(1) };
type Of = Readonly<Record<keyof typeof of, string>>;
const environmentId = ({ repository, environment }: Of): string => `${repository}:${environment}`;
const ofEnvironment = { type: ENVIRONMENT, id: environmentId };
const ofEnvironmentNames = ['repository', 'environment'];
/** GitHub's rule for names of secrets and variables. */
const upperName = z.string().regex(/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/);

const environmentTypes: DoublePackage['types'] = {
  [ENVIRONMENT]: doubleType<RepositoryEnvironmentArgs>()({
    schema: z.strictObject({
      ...of,
      preventSelfReview: z.boolean(),
      canAdminsBypass: z.boolean(),
      reviewers: z
        .array(z.strictObject({ users: z.array(z.int().min(1)).min(1).max(6) }))
        .max(1)
        .optional(),
      deploymentBranchPolicy: z
        .strictObject({ protectedBranches: z.boolean(), customBranchPolicies: z.boolean() })
        .refine(
          (policy) => policy.protectedBranches !== policy.customBranchPolicies,
          'GitHub wants exactly one of both',
        )
        .optional(),
    }),
    key: environmentId,
    id: environmentId,
    second: 'overwrites',
    replaceOn: ofEnvironmentNames,
  }),
  'github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy':
    doubleType<RepositoryEnvironmentDeploymentPolicyArgs>()({
      schema: z.strictObject({ ...of, branchPattern: z.string().min(1) }),
      key: (inputs) => `${environmentId(inputs)}:${inputs.branchPattern}`,
      numbered: true,
      importId: (inputs, id) => `${environmentId(inputs)}:${id}`,
      ownedBy: ofEnvironment,
      replaceOn: ofEnvironmentNames,
    }),
  'github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret': doubleType<ActionsEnvironmentSecretArgs>()({
    schema: z.strictObject({ ...of, secretName: upperName, value: z.string().min(1) }),
    key: (inputs) => `${environmentId(inputs)}:${inputs.secretName}`,
    id: (inputs) => `${environmentId(inputs)}:${inputs.secretName}`,
    ownedBy: ofEnvironment,
    second: 'overwrites',
    secretOutputs: ['value'],
    replaceOn: [...ofEnvironmentNames, 'secretName'],
  }),
  'github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable': doubleType<ActionsEnvironmentVariableArgs>()({
    schema: z.strictObject({ ...of, variableName: upperName, value: z.string().min(1) }),
    key: (inputs) => `${environmentId(inputs)}:${inputs.variableName}`,
    id: (inputs) => `${environmentId(inputs)}:${inputs.variableName}`,
    importId: (_inputs, id) => id,
    ownedBy: ofEnvironment,
    replaceOn: [...ofEnvironmentNames, 'variableName'],
  }),
};

const rulesetTypes: DoublePackage['types'] = {
  'github:index/repositoryRuleset:RepositoryRuleset': doubleType<RepositoryRulesetArgs>()({
    schema: z.strictObject({
      repository: z.string().min(1),
      name: z.string().min(1),
      target: z.enum(['branch', 'tag', 'push']),
      enforcement: z.enum(['active', 'evaluate', 'disabled']),
      conditions: z.strictObject({
        refName: z.strictObject({ includes: z.array(z.string()).min(1), excludes: z.array(z.string()) }),
      }),
      rules: z.strictObject({
        requiredSignatures: z.boolean(),
        requiredLinearHistory: z.boolean(),
        nonFastForward: z.boolean(),
        deletion: z.boolean(),
        pullRequest: z.strictObject({
          requiredApprovingReviewCount: z.int().min(0).max(10),
          dismissStaleReviewsOnPush: z.boolean(),
          requireLastPushApproval: z.boolean(),
          requiredReviewThreadResolution: z.boolean(),
        }),
      }),
    }),
    key: ({ repository, name }) => `${repository}:${name}`,
    numbered: true,
    importId: ({ repository }, id) => `${repository}:${id}`,
    replaceOn: ['repository'],
  }),
};

/** GitHub, as far as the program uses it. Source: the package's own .d.ts files. */
export const githubDouble: DoublePackage = {
  version: '6.15.0',
  configuration: doubleConfiguration<ProviderArgs>()(
    z.strictObject({
      token: z.string().min(1),
      owner: z.string().min(1),
      // The package sets it by itself.
      baseUrl: z.literal('https://api.github.com/'),
    }),
  ),
  types: { ...environmentTypes, ...rulesetTypes },
};
