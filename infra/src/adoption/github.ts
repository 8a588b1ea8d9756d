import { z } from 'zod';
import type { VendorPlace } from '../providers/vendor/context.ts';
import { RestApi } from '../providers/vendor/rest.ts';
import { lookUpBy, type LookUps } from './look-up.ts';

const text = z.string();
const ofEnvironment = { repository: text, environment: text };
/** More than a repository has of any of these. */
const PAGE = 'per_page=100';

/** An import id of the provider joins its parts with colons; one in an environment's name is written like this. */
const part = (environment: string): string => environment.replaceAll(':', '??');

/** Looks with the token of the stack; reads only. Source: docs.github.com/rest, version 2022-11-28. */
export function githubLookUps(token: string, owner: string, place: VendorPlace): LookUps {
  const { pace, baseUrl = 'https://api.github.com' } = place;
  const authorization = { authorization: `Bearer ${token}`, 'x-github-api-version': '2022-11-28' };
  const tokenHint = 'Make a new token and set it: `pulumi config set --secret keelson:githubToken`, which asks for it.';
  const api = new RestApi({ vendor: 'GitHub', baseUrl, pace, authorization, tokenHint });
  const get = <Answer>(what: string, repository: string, path: string, answer: z.ZodType<Answer>) =>
    api.find({
      ...{ what: `look for ${what}`, method: 'GET', repeatable: true, answer },
      path: `/repos/${owner}/${repository}${path}`,
    });

  return {
    'github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable': lookUpBy(
      z.object({ ...ofEnvironment, variableName: text }),
      async ({ repository, environment, variableName: name }, { value }) => {
        const what = `the variable ${name} of the environment ${environment}`;
        const path = `/environments/${encodeURIComponent(environment)}/variables/${name}`;
        const known = await get(what, repository, path, z.object({ name: text, value: text }));
        if (!known) return [];
        const id = `${repository}:${part(environment)}:${name}`;
        // Nothing on it says whose it is, but for its value.
        const fix = `delete it: gh variable delete ${name} --env ${environment} --repo ${owner}/${repository}`;
        return [{ importId: id, stateId: id, ours: known.value === value, what, fix }];
      },
    ),
    'github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy': lookUpBy(
      z.object({ ...ofEnvironment, branchPattern: text }),
      async ({ repository, environment, branchPattern }) => {
        const what = `the deployment policy ${branchPattern} of the environment ${environment}`;
        const path = `/environments/${encodeURIComponent(environment)}/deployment-branch-policies?${PAGE}`;
        const answer = z.object({ branch_policies: z.array(z.object({ id: z.int(), name: text })) });
        const listed = (await get(what, repository, path, answer))?.branch_policies ?? [];
        // Its pattern is all that it has: one of the same pattern is the same.
        return listed
          .filter(({ name }) => name === branchPattern)
          .map(({ id }) => ({
            ...{ importId: `${repository}:${part(environment)}:${id}`, stateId: String(id), ours: true },
            ...{ what: `${what} (${id})`, fix: 'delete it in the settings of the repository' },
          }));
      },
    ),
    'github:index/repositoryRuleset:RepositoryRuleset': lookUpBy(
      z.object({ repository: text, name: text }),
      async ({ repository, name }) => {
        const what = `the ruleset "${name}"`;
        const answer = z.array(z.object({ id: z.int(), name: text }));
        const listed = (await get(what, repository, `/rulesets?includes_parents=false&${PAGE}`, answer)) ?? [];
        return listed
          .filter((one) => one.name === name)
          .map(({ id }) => ({
            ...{ importId: `${repository}:${id}`, stateId: String(id), ours: true, what: `${what} (${id})` },
            fix: 'delete it in the settings of the repository',
          }));
      },
    ),
  };
}
