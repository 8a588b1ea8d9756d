import { Redis } from 'ioredis';
import { withConnection } from './connection.ts';

/** The same server and user, another database. */
export function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** An empty database in a running Postgres, reached as its superuser, gone afterwards: same settings, same disk, and no service that knows it. */
export async function withOwnDatabase<T>(
  serverUrl: string,
  name: string,
  work: (adminUrl: string) => Promise<T>,
): Promise<T> {
  const remove = `drop database if exists ${name} with (force)`;
  await withConnection(serverUrl, async (client) => {
    await client.query(remove);
    await client.query(`create database ${name}`);
  });
  try {
    return await work(onDatabase(serverUrl, name));
  } finally {
    await withConnection(serverUrl, (client) => client.query(remove));
  }
}

/** Wake-ups that nobody was there to hear. */
export async function emptyRedis(url: string): Promise<void> {
  const client = new Redis(url);
  try {
    await client.flushdb();
  } finally {
    client.disconnect();
  }
}
