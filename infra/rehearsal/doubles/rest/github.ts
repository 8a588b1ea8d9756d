import type { EmulatedAnswer } from '../../emulator/http-emulator.ts';
import type { DoubledVendor, Kept } from '../double.ts';
import { DoubledRest } from './rest.ts';

const ok = (body: unknown): EmulatedAnswer => ({ status: 200, body });

/** Source of paths and forms: docs.github.com/rest. The owner is not known to the stand-in: the provider alone has it. */
export function githubRest(vendor: DoubledVendor, token: string): DoubledRest {
  const failure = (status: number, message: string): EmulatedAnswer => ({
    status,
    body: { message, status: String(status), documentation_url: 'https://docs.github.com/rest' },
  });
  const of = (type: string, repository: string | undefined, environment?: string): Kept[] =>
    vendor
      .ofType(`github:index/${type}`)
      .filter(({ inputs }) => inputs['repository'] === repository && inputs['environment'] === environment);
  return new DoubledRest({
    ...{ name: vendor.name, token, schemes: ['Bearer', 'token'], failure },
    routes: [
      [
        'GET /repos/:owner/:repository/environments/:environment/variables/:name',
        (_request, _owner, repository, environment, name) => {
          const variables = of('actionsEnvironmentVariable:ActionsEnvironmentVariable', repository, environment);
          const found = variables.find(({ inputs }) => inputs['variableName'] === name);
          return found ? ok({ name, value: found.inputs['value'] }) : failure(404, 'Not Found');
        },
      ],
      [
        'GET /repos/:owner/:repository/environments/:environment/deployment-branch-policies',
        (_request, _owner, repository, environment) => {
          const policies = of(
            'repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy',
            repository,
            environment,
          );
          const told = policies.map(({ id, inputs }) => ({
            id: Number(id),
            name: inputs['branchPattern'],
            type: 'branch',
          }));
          return ok({ total_count: told.length, branch_policies: told });
        },
      ],
      [
        'GET /repos/:owner/:repository/rulesets',
        (_request, _owner, repository) => {
          const rulesets = of('repositoryRuleset:RepositoryRuleset', repository);
          return ok(
            rulesets.map(({ id, inputs }) => ({ id: Number(id), name: inputs['name'], source_type: 'Repository' })),
          );
        },
      ],
    ],
  });
}
