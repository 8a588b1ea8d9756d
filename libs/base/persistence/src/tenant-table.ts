import type { QueryRunner } from 'typeorm';

/**
 * Puts a table that has a `team_id` under row-level security that also binds its owner, and grants the app role what it
 * needs. The policy calls current_team(), which raises when no team is set: a forgotten team is an error, not an empty result.
 */
export async function tenantTable(runner: QueryRunner, table: string, grants: string): Promise<void> {
  await runner.query(`
    alter table keelson.${table} enable row level security;
    alter table keelson.${table} force row level security;
    create policy team on keelson.${table} using (team_id = (select keelson.current_team()));
    grant ${grants} on keelson.${table} to keelson_app;
  `);
}
