import type { EmulatedAnswer } from '../../emulator/http-emulator.ts';
import type { DoubledVendor, Kept } from '../double.ts';
import { DoubledRest } from './rest.ts';

const ok = (body: unknown): EmulatedAnswer => ({ status: 200, body });

/** Source of paths and forms: vercel.com/docs/rest-api. */
export function vercelRest(vendor: DoubledVendor, token: string): DoubledRest {
  const failure = (status: number, message: string): EmulatedAnswer => ({
    status,
    body: { error: { code: status === 404 ? 'not_found' : `error_${status}`, message } },
  });
  const of = (type: string, projectId: string | undefined): Kept[] =>
    vendor.ofType(`vercel:index/${type}`).filter(({ inputs }) => inputs['projectId'] === projectId);
  return new DoubledRest({
    ...{ name: vendor.name, token, failure },
    routes: [
      [
        'GET /v9/projects/:name',
        ({ query }, name) => {
          const project = vendor
            .ofType('vercel:index/project:Project')
            .find(
              ({ id, inputs }) => inputs['teamId'] === query.get('teamId') && [id, inputs['name']].includes(name ?? ''),
            );
          if (!project) return failure(404, 'Project not found.');
          return ok({ id: project.id, name: project.inputs['name'], accountId: project.inputs['teamId'] });
        },
      ],
      [
        'GET /v9/projects/:project/domains/:domain',
        (_request, project, domain) => {
          const found = of('projectDomain:ProjectDomain', project).find(({ inputs }) => inputs['domain'] === domain);
          if (!found) return failure(404, 'The domain is not assigned to the project.');
          const apexName = domain?.split('.').slice(-2).join('.');
          return ok({ name: domain, apexName, projectId: project, verified: true });
        },
      ],
      [
        'GET /v10/projects/:project/env',
        (_request, project) => {
          const variables = of('projectEnvironmentVariable:ProjectEnvironmentVariable', project);
          // A value is told encrypted, unless one is asked for by its id.
          return ok({
            envs: variables.map(({ id, inputs }) => ({ id, key: inputs['key'], target: inputs['targets'] })),
          });
        },
      ],
      [
        'GET /v1/projects/:project/routes',
        (_request, project) => {
          const routes = of('projectRoute:ProjectRoute', project);
          return ok({
            routes: routes.map(({ id, inputs }) => ({ id, name: inputs['name'], enabled: inputs['enabled'] })),
          });
        },
      ],
    ],
  });
}
