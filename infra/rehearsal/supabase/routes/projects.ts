import type { Routes } from '../../emulator/routes.ts';
import type { SupabaseProject, SupabaseWorld } from '../world.ts';
import { type Body, made, ofProject, ok, refused, WHEN } from './answers.ts';

interface NewProject {
  readonly name: string;
  readonly organization_slug: string;
  readonly db_pass: string;
  readonly region_selection: { readonly code: string };
  readonly desired_instance_size?: string;
}

function summary(world: SupabaseWorld, project: SupabaseProject): Body {
  const { ref, organization, region, name } = project;
  return {
    id: ref,
    ref,
    organization_id: organization,
    organization_slug: organization,
    name,
    region,
    created_at: WHEN,
    status: world.statusOf(project),
  };
}

function whole(world: SupabaseWorld, project: SupabaseProject): Body {
  const database = {
    host: `db.${project.ref}.supabase.co`,
    version: '17.4.1.075',
    postgres_engine: '17',
    release_channel: 'ga',
  };
  return { ...summary(world, project), database };
}

export function projectRoutes(world: SupabaseWorld): Routes {
  return [
    ['GET /v1/projects', () => ok([...world.projects.values()].map((project) => whole(world, project)))],
    [
      'POST /v1/projects',
      ({ body }) => {
        const wanted = body as NewProject;
        const { name, organization_slug: slug, db_pass: password, desired_instance_size: size = 'nano' } = wanted;
        const taken = [...world.projects.values()].some((one) => one.organization === slug && one.name === name);
        if (taken) return refused(409, `Project with name "${name}" already exists`);
        return made(summary(world, world.create(name, slug, wanted.region_selection.code, password, size)));
      },
    ],
    ['GET /v1/projects/:ref', ofProject(world, (project) => ok(whole(world, project)), false)],
    [
      'PATCH /v1/projects/:ref',
      ofProject(world, (project, { name }) => {
        project.name = String(name);
        return ok({ id: 1, ref: project.ref, name: project.name });
      }),
    ],
    [
      'DELETE /v1/projects/:ref',
      ofProject(
        world,
        ({ ref, name }) => {
          world.projects.delete(ref);
          return ok({ id: 1, ref, name });
        },
        false,
      ),
    ],
    [
      'PATCH /v1/projects/:ref/database/password',
      ofProject(world, (project, { password }) => {
        project.password = String(password);
        return ok({ message: 'Database password updated' });
      }),
    ],
    [
      'POST /v1/projects/:ref/database/query',
      ofProject(world, (project, { query }) => {
        const created = /^create extension if not exists "([^"]+)"/.exec(String(query))?.[1];
        if (created !== undefined) project.extensions.add(created);
        else if (!/from pg_extension$/.test(String(query)))
          return refused(400, 'The emulator does not play this statement');
        return made(created === undefined ? [...project.extensions].map((name) => ({ name })) : []);
      }),
    ],
  ];
}
