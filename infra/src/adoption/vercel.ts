import { z } from 'zod';
import type { VendorPlace } from '../providers/vendor/context.ts';
import { RestApi } from '../providers/vendor/rest.ts';
import { lookUpBy, type LookUps } from './look-up.ts';

const text = z.string();
const ofProject = { projectId: text, teamId: text };

/**
 * Looks with the token of the stack; reads only. Source: vercel.com/docs/rest-api. What is in a project is ours because
 * the project is: its name has the installation. A deployment is not looked for: another one of the same files takes
 * the place of the first, which stays in the project's history as every earlier one does, and goes with the project.
 */
export function vercelLookUps(token: string, place: VendorPlace): LookUps {
  const { pace, baseUrl = 'https://api.vercel.com' } = place;
  const api = new RestApi({
    ...{ vendor: 'Vercel', baseUrl, pace, authorization: { authorization: `Bearer ${token}` } },
    tokenHint: 'Make a new token and set it: `pulumi config set --secret keelson:vercelToken`, which asks for it.',
  });
  const get = <Answer>(what: string, path: string, teamId: string, answer: z.ZodType<Answer>) =>
    api.find({
      ...{ what: `look for ${what}`, method: 'GET', path: `${path}?${new URLSearchParams({ teamId })}` },
      ...{ repeatable: true, answer },
    });
  const fix = 'delete it at Vercel';

  return {
    'vercel:index/project:Project': lookUpBy(z.object({ name: text, teamId: text }), async ({ name, teamId }) => {
      const what = `the project "${name}"`;
      const answer = z.object({ id: text, name: text });
      const project = await get(what, `/v9/projects/${encodeURIComponent(name)}`, teamId, answer);
      // Vercel takes an id in the place of a name, too.
      if (project?.name !== name) return [];
      return [{ importId: `${teamId}/${project.id}`, stateId: project.id, ours: true, what, fix }];
    }),
    'vercel:index/projectDomain:ProjectDomain': lookUpBy(
      z.object({ ...ofProject, domain: text }),
      async ({ projectId, teamId, domain }) => {
        const what = `the domain ${domain}`;
        const path = `/v9/projects/${projectId}/domains/${encodeURIComponent(domain)}`;
        const known = await get(what, path, teamId, z.object({ name: text }));
        if (!known) return [];
        return [{ importId: `${teamId}/${projectId}/${domain}`, stateId: domain, ours: true, what, fix }];
      },
    ),
    'vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable': lookUpBy(
      z.object({ ...ofProject, key: text }),
      async ({ projectId, teamId, key }) => {
        const what = `the variable ${key}`;
        const answer = z.object({ envs: z.array(z.object({ id: text, key: text })) });
        const listed = (await get(what, `/v10/projects/${projectId}/env`, teamId, answer))?.envs ?? [];
        return listed
          .filter((one) => one.key === key)
          .map(({ id }) => ({
            ...{ importId: `${teamId}/${projectId}/${id}`, stateId: id, ours: true, what: `${what} (${id})`, fix },
          }));
      },
    ),
    'vercel:index/projectRoute:ProjectRoute': lookUpBy(
      z.object({ ...ofProject, name: text }),
      async ({ projectId, teamId, name }) => {
        const what = `the route "${name}"`;
        const answer = z.object({ routes: z.array(z.object({ id: text, name: text })) });
        const listed = (await get(what, `/v1/projects/${projectId}/routes`, teamId, answer))?.routes ?? [];
        return listed
          .filter((one) => one.name === name)
          .map(({ id }) => ({
            ...{ importId: `${teamId}/${projectId}/${id}`, stateId: id, ours: true, what: `${what} (${id})`, fix },
          }));
      },
    ),
  };
}
