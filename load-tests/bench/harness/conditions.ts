import type pg from 'pg';
import { withConnection } from './connection.ts';
import type { BenchResult } from './result.ts';
import { credentials, isAsStarted } from './stack.ts';

const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method'] as const;

async function settingsOf(client: pg.Client): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of SETTINGS) {
    const { rows } = await client.query<Record<string, string>>(`show ${name}`);
    found[name] = rows[0]?.[name] ?? 'unknown';
  }
  return found;
}

interface Role {
  readonly rolname: string;
  readonly rolsuper: boolean;
  readonly rolbypassrls: boolean;
}

/**
 * What makes a number honest, asked of the running database over the services' own connection string. Throws when it
 * doesn't hold: then there is nothing worth measuring.
 */
export async function databaseConditions(
  url: string = credentials().databaseUrl,
  schema = 'keelson',
): Promise<BenchResult['conditions']> {
  return withConnection(url, async (client) => {
    const settings = await settingsOf(client);
    const role = (
      await client.query<Role>('select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user')
    ).rows[0];
    const { rows } = await client.query<{ tables: number; forced: number }>(
      `select count(*)::int as tables, count(*) filter (where relrowsecurity and relforcerowsecurity)::int as forced
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'team_id'
        where c.relnamespace = $1::regnamespace and c.relkind = 'r'`,
      [schema],
    );
    const { tables = 0, forced = 0 } = rows[0] ?? {};
    if (settings['fsync'] !== 'on' || settings['synchronous_commit'] !== 'on') {
      throw new Error(`Postgres runs with ${JSON.stringify(settings)}: nothing is durable, so nothing is measured`);
    }
    if (!role || role.rolsuper || role.rolbypassrls)
      throw new Error(`role ${role?.rolname} gets round row-level security`);
    if (forced === 0) throw new Error('no table has FORCE ROW LEVEL SECURITY');
    return {
      ...settings,
      role: `${role.rolname}, no superuser, no bypassrls`,
      'tenant tables under forced rls': `${forced} of ${tables}`,
    };
  });
}

/**
 * The same, and that the stack runs with the configuration of `npm start`. A rehearsal, whose numbers are kept nowhere,
 * may differ.
 */
export async function stackConditions(rehearsal: boolean): Promise<BenchResult['conditions']> {
  const asStarted = await isAsStarted();
  if (!asStarted && !rehearsal) throw new Error('the stack is not as `npm start` makes it: run npm start, then again');
  const configuration = asStarted ? 'npm start; a preview finds no changes' : 'NOT that of npm start';
  return { ...(await databaseConditions()), configuration };
}
