import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withConnection } from '../harness/connection.ts';
import type { BenchTeam } from '../harness/teams.ts';
import type { Addresses } from './role.ts';

const SYMBOLS = ['CME_MINI:NQ1!', 'NASDAQ:AAPL', 'NASDAQ:MSFT', 'COINBASE:BTCUSD'];
/** More than all loads together: as in our own benchmarks, no limit denies. */
const LIMIT = '1e12';

/** What every step left behind, as superuser and broker count it; each of the first five must be the signals accepted. */
export interface BareCounts {
  readonly receipts: number;
  readonly 'orders at the broker': number;
  readonly orders: number;
  readonly fills: number;
  readonly events: number;
  readonly 'work left': number;
  readonly reserved: number;
  readonly unbalanced: number;
}

/** What is wrong with a run in which so many signals were accepted; all zero when every step worked once for each. */
export function wrongsOf(
  counts: BareCounts,
  accepted: number,
): Record<'lost' | 'doubled' | 'unfinished' | 'unbalanced', number> {
  const { 'work left': left, reserved, unbalanced, ...each } = counts;
  const off = Object.values(each).map((count) => count - accepted);
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + Math.max(0, value), 0);
  return { lost: sum(off.map((value) => -value)), doubled: sum(off), unfinished: left + reserved, unbalanced };
}

const COUNT = `
  select (select count(*) from bare.receipts)::int as receipts,
         (select count(*) from bare.orders where status = 'filled')::int as orders,
         (select count(*) from bare.fills)::int as fills,
         (select coalesce(sum(last_offset), 0) from bare.channels)::int as events,
         (select count(*) from bare.outbox)::int as "work left",
         (select count(*) from bare.exposures where reserved <> 0)::int as reserved,
         (select count(*) from (select fill_id from bare.postings group by fill_id having sum(amount) <> 0) u)::int as unbalanced`;

/**
 * The bare pipeline: api, worker, broker simulator and gateway, each a process of its own, on a database of its own. It is
 * variant V3 of the measurement that the numbers of the flow were set by: what it costs to take a signal durably all the
 * way, with no rule of trading, no key, no token, no framework and no ORM.
 */
export class BarePipeline {
  readonly #children: readonly Child[];
  readonly #adminUrl: string;
  readonly teams: readonly BenchTeam[];

  private constructor(children: readonly Child[], adminUrl: string, teams: readonly BenchTeam[]) {
    this.#children = children;
    this.#adminUrl = adminUrl;
    this.teams = teams;
  }

  /** Makes schema and teams in an empty database, and starts the processes as the services' role. */
  static async start(
    stores: { adminUrl: string; databaseUrl: string; redisUrl: string },
    teams: number,
  ): Promise<BarePipeline> {
    const ids = await prepare(stores.adminUrl, teams);
    const children: Child[] = [];
    const start = async (role: string, brokerUrl = ''): Promise<number> => {
      const child = await startRole(role, { databaseUrl: stores.databaseUrl, redisUrl: stores.redisUrl, brokerUrl });
      children.push(child);
      return child.port;
    };
    try {
      const brokerUrl = `http://127.0.0.1:${await start('broker')}`;
      const [api, gateway] = [await start('api'), await start('gateway')];
      await start('worker', brokerUrl);
      const urls = { webhook_url: `http://127.0.0.1:${api}/`, stream_url: `ws://127.0.0.1:${gateway}/` };
      const made = ids.map((teamId) => ({ teamId, accountId: teamId, webhook_key: teamId, token: teamId, ...urls }));
      return new BarePipeline(children, stores.adminUrl, made);
    } catch (error) {
      await Promise.all(children.map(end));
      throw error;
    }
  }

  /** Process ids by role. */
  get processes(): readonly { readonly name: string; readonly pid: number }[] {
    return this.#children.map(({ role, process: { pid = 0 } }) => ({ name: `bare ${role}`, pid }));
  }

  async counts(): Promise<BareCounts> {
    const broker = this.#children.find(({ role }) => role === 'broker');
    const answer = await fetch(`http://127.0.0.1:${broker?.port}/`);
    const { orders } = z.object({ orders: z.int() }).parse(await answer.json());
    const booked = await withConnection(
      this.#adminUrl,
      async (client) => (await client.query<BareCounts>(COUNT)).rows[0],
    );
    if (!booked) throw new Error('a count without an answer');
    return { ...booked, 'orders at the broker': orders };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map(end));
  }
}

interface Child {
  readonly role: string;
  readonly process: ChildProcess;
  readonly port: number;
}

async function startRole(role: string, addresses: Addresses): Promise<Child> {
  const child = fork(join(import.meta.dirname, `${role}.ts`), {
    execArgv: [],
    env: { PATH: '/usr/bin:/bin', NODE_ENV: 'production', BARE_ADDRESSES: JSON.stringify(addresses) },
  });
  const [told] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the bare ${role} ended with ${String(code)}`))),
  ])) as [unknown];
  return { role, process: child, ...z.object({ port: z.int() }).parse(told) };
}

async function end({ process: child }: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function prepare(adminUrl: string, teams: number): Promise<readonly string[]> {
  const ids = Array.from({ length: teams }, () => randomUUID());
  await withConnection(adminUrl, async (client) => {
    await client.query(readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8'));
    await client.query('insert into bare.channels (team_id) select unnest($1::uuid[])', [ids]);
    await client.query(
      'insert into bare.exposures (team_id, symbol, most) select t, s, $3 from unnest($1::uuid[]) t, unnest($2::text[]) s',
      [ids, SYMBOLS, LIMIT],
    );
  });
  return ids;
}
