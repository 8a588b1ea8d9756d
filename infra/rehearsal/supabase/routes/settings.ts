import { hashedKeys } from '../../../src/providers/supabase/auth.ts';
import type { Routes } from '../../emulator/routes.ts';
import type { SupabaseProject, SupabaseWorld } from '../world.ts';
import { type Body, made, ofProject, ok, WHEN } from './answers.ts';

function poolers(project: SupabaseProject): Body[] {
  const entry = (identifier: string, type: string): Body => {
    const host = `aws-0-${project.region}.pooler.supabase.com`;
    const text = `postgresql://postgres.${project.ref}:[YOUR-PASSWORD]@${host}:6543/postgres`;
    return {
      identifier,
      database_type: type,
      is_using_scram_auth: true,
      db_user: `postgres.${project.ref}`,
      db_host: host,
      db_port: 6_543,
      db_name: 'postgres',
      connection_string: text,
      connectionString: text,
      max_client_conn: 200,
      ...project.pooler,
    };
  };
  return [
    entry(project.ref, 'PRIMARY'),
    ...project.replicas.map(({ identifier }) => entry(identifier, 'READ_REPLICA')),
  ];
}

function authShown(world: SupabaseWorld, project: SupabaseProject): Body {
  return Object.fromEntries(
    Object.entries(project.auth).map(([key, value]) => [key, hashedKeys.test(key) ? world.hashed(value) : value]),
  );
}

export function settingRoutes(world: SupabaseWorld): Routes {
  const base = '/v1/projects/:ref';
  const restrictions = ({ network }: SupabaseProject): Body => ({
    entitlement: 'allowed',
    config: network,
    status: 'applied',
  });
  return [
    [`GET ${base}/config/database/pooler`, ofProject(world, (project) => ok(poolers(project)))],
    [
      `PATCH ${base}/config/database/pooler`,
      ofProject(world, (project, body) => ok(Object.assign(project.pooler, body))),
    ],
    [`GET ${base}/config/database/postgres`, ofProject(world, ({ postgres }) => ok(postgres))],
    [
      `PUT ${base}/config/database/postgres`,
      ofProject(world, (project, { restart_database: _restart, ...settings }) =>
        ok(Object.assign(project.postgres, settings)),
      ),
    ],
    [`GET ${base}/config/auth`, ofProject(world, (project) => ok(authShown(world, project)))],
    [
      `PATCH ${base}/config/auth`,
      ofProject(world, (project, body) => {
        Object.assign(project.auth, body);
        return ok(authShown(world, project));
      }),
    ],
    [
      `GET ${base}/ssl-enforcement`,
      ofProject(world, ({ ssl }) => ok({ currentConfig: { database: ssl }, appliedSuccessfully: true })),
    ],
    [
      `PUT ${base}/ssl-enforcement`,
      ofProject(world, (project, { requestedConfig }) => {
        project.ssl = (requestedConfig as { database: boolean }).database;
        return ok({ currentConfig: { database: project.ssl }, appliedSuccessfully: true });
      }),
    ],
    [`GET ${base}/network-restrictions`, ofProject(world, (project) => ok(restrictions(project)))],
    [
      `POST ${base}/network-restrictions/apply`,
      ofProject(world, (project, body) => {
        Object.assign(project.network, body);
        return made(restrictions(project));
      }),
    ],
    [
      `GET ${base}/database/backups/schedule`,
      ofProject(world, ({ backupTime }) => ok({ schedule_for: backupTime, updated_at: WHEN })),
    ],
    [
      `PATCH ${base}/database/backups/schedule`,
      ofProject(world, (project, { schedule_for: time }) => {
        project.backupTime = String(time);
        return ok({ schedule_for: time, updated_at: WHEN });
      }),
    ],
  ];
}
