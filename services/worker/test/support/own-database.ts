import { migrate, Database } from '@keelson/persistence';
import { PostgresServer, type TestDatabase } from '@keelson/testkit';
import pg from 'pg';

/** A migrated database on a Postgres of its own that may be killed, with everything on disk before a commit is answered. */
export interface OwnDatabase extends TestDatabase {
  readonly server: PostgresServer;
  /** As a crash does, then up again. */
  crash(): Promise<void>;
}

export async function ownDatabase(): Promise<OwnDatabase> {
  const server = await PostgresServer.start({ fsync: true });
  const adminUrl = server.adminUrl();
  await migrate(adminUrl, 'up', 'app');
  const appUrl = adminUrl.replace('//keelson_admin@', '//keelson_app:app@');
  const db = new Database({ url: appUrl, poolSize: 10, applicationName: 'test', connectWithin: '20 seconds' });
  const admin = new pg.Pool({ connectionString: adminUrl, max: 2 });
  // Its connections die with the server; the next question gets a new one.
  admin.on('error', () => undefined);
  return {
    ...{ server, adminUrl, appUrl, db },
    admin: async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await admin.query<Row>(text, values)).rows,
    crash: async () => {
      await server.end('SIGKILL');
      await restart(server);
    },
    close: async () => {
      await Promise.all([db.close(), admin.end()]);
      await server.remove();
    },
  };
}

/** Postgres refuses to start while a process of the killed one still ends: it is started again until it stays. */
async function restart(server: PostgresServer): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await server.restart();
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
