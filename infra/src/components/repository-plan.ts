import type { CloudEnvironment } from '../environments/environment.ts';

/** GitHub's environment of ours: who must agree to a deployment, and from where it may come. */
export interface EnvironmentPlan {
  /** Numbers of users, at most six; none outside of production. */
  readonly reviewers: readonly number[];
  readonly preventSelfReview: boolean;
  readonly canAdminsBypass: boolean;
  /** Deployments may come from these branches only; none listed: from all. */
  readonly branches: readonly string[];
}

/** GitHub's own limit. */
const REVIEWERS_AT_MOST = 6;
const MAIN = 'main';

/** Throws with what to set when production would have nobody who agrees to a deployment. */
export function normalizeGithubEnvironment(
  { name, switches }: CloudEnvironment,
  reviewersSetting: string,
): EnvironmentPlan {
  const numbers = reviewersSetting === '' ? [] : reviewersSetting.split(',').map(Number);
  if (numbers.length > REVIEWERS_AT_MOST) {
    throw new Error(`githubReviewers has ${numbers.length} numbers; GitHub takes ${REVIEWERS_AT_MOST} at most`);
  }
  if (!switches.production) return { reviewers: [], preventSelfReview: false, canAdminsBypass: true, branches: [] };
  if (numbers.length === 0) {
    throw new Error(
      `Nobody could approve a deployment to ${name}. Set who may: pulumi config set keelson:githubReviewers <numbers> -s ${name}`,
    );
  }
  // With one reviewer, who also deploys, nobody would be left.
  return { reviewers: numbers, preventSelfReview: numbers.length > 1, canAdminsBypass: false, branches: [MAIN] };
}

/** What holds for the main branch: signed commits, by pull request, with a history that nobody rewrites. */
export const mainBranchRules = {
  target: 'branch',
  enforcement: 'active',
  conditions: { refName: { includes: ['~DEFAULT_BRANCH'], excludes: [] as string[] } },
  rules: {
    requiredSignatures: true,
    requiredLinearHistory: true,
    nonFastForward: true,
    deletion: true,
    pullRequest: {
      requiredApprovingReviewCount: 1,
      dismissStaleReviewsOnPush: true,
      requireLastPushApproval: true,
      requiredReviewThreadResolution: true,
    },
  },
};
