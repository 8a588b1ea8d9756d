import pg from 'pg';

/** Lends a connection of its own to some work, and ends it afterwards. */
export async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'keelson-bench' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
