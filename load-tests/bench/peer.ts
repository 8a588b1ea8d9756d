import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { mustRun } from './harness/command.ts';
import { databaseConditions } from './harness/conditions.ts';
import { withConnection } from './harness/connection.ts';
import { emptyRedis, onDatabase, withOwnDatabase } from './harness/own-database.ts';
import { median } from './harness/percentile.ts';
import { none, type ResultRow } from './harness/result.ts';
import { type Credentials, credentials, repository } from './harness/stack.ts';
import { seedTeams } from './harness/teams.ts';
import { POOL_SIZE, type Server, startOurs, startPeer, type Stores } from './peer/servers.ts';

const CONNECTIONS = 32;
const ROUNDS = 4;
const SECONDS = 6;
const WARM_UP_SECONDS = 2;
const FACTOR = 2;
const DATABASE = 'keelson_bench_peer';
/** Beside the stack's own database 0, so that no worker hears of these signals. */
const REDIS_DATABASE = 7;

const PEER_TABLE = `
  create schema peer;
  create table peer.signals (
    signal_id uuid primary key, external_id text not null, ticker text not null, action text not null,
    quantity numeric(30,12) not null, price numeric(30,12) not null, order_id text not null,
    sent_at timestamptz not null, received_at timestamptz not null default now()
  );
  grant usage on schema peer to keelson_app;
  grant select, insert on peer.signals to keelson_app;`;

/** With our tables and the peer's; no worker hears of this database, so none takes CPU. */
async function withDatabase<T>(secrets: Credentials, work: (adminUrl: string) => Promise<T>): Promise<T> {
  return withOwnDatabase(secrets.databaseAdminUrl, DATABASE, async (own) => {
    const migrate = join(repository, 'libs', 'base', 'persistence', 'src', 'migrate.ts');
    const DATABASE_APP_PASSWORD = decodeURIComponent(new URL(secrets.databaseUrl).password);
    await mustRun(process.execPath, [migrate, 'up'], {
      environment: { DATABASE_ADMIN_URL: own, DATABASE_APP_PASSWORD },
    });
    await withConnection(own, (client) => client.query(PEER_TABLE));
    return work(own);
  });
}

const answer = z.object({ accepted: z.int(), refused: z.int(), elapsed: z.number(), p95: z.number() });
type Answer = z.infer<typeof answer>;

async function load(server: Server, key: string, seconds: number): Promise<Answer> {
  const client = join(import.meta.dirname, 'peer', 'client.ts');
  const words = [
    '--port',
    server.port,
    '--connections',
    CONNECTIONS,
    '--seconds',
    seconds,
    '--run',
    randomBytes(4).toString('hex'),
  ];
  return answer.parse(
    JSON.parse(await mustRun(process.execPath, [client, ...words.map(String)], { environment: { WEBHOOK_KEY: key } })),
  );
}

/** What one server answered over all rounds, warm-up included in the counts. */
interface Side {
  readonly server: Server;
  readonly perSecond: number[];
  readonly p95: number[];
  accepted: number;
  refused: number;
}

/** One load on one server; the first of a side is only its warm-up. */
async function round(side: Side, key: string, seconds: number, counts: boolean): Promise<void> {
  const found = await load(side.server, key, seconds);
  side.accepted += found.accepted;
  side.refused += found.refused;
  if (!counts) return;
  side.perSecond.push(found.accepted / found.elapsed);
  side.p95.push(found.p95);
  say(`${side.server.name}: ${Math.round(found.accepted / found.elapsed)} a second, p95 ${found.p95.toFixed(1)} ms`);
}

async function compare(sides: readonly Side[], key: string, seconds: number): Promise<void> {
  for (const side of sides) await round(side, key, WARM_UP_SECONDS, false);
  // A B A B …: whatever else happens on the machine happens to both.
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const side of sides) await round(side, key, seconds, true);
  }
}

function spread(values: readonly number[]): string {
  return `${Math.round(median(values))} (${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))})`;
}

function findings(
  ours: Side,
  peer: Side,
  rows: { receipts: number; signals: number },
): Pick<Findings, 'rows' | 'details'> {
  const ratios = ours.perSecond.map((value, index) => value / (peer.perSecond[index] ?? Number.POSITIVE_INFINITY));
  const ratio = median(ours.perSecond) / median(peer.perSecond);
  const compared: ResultRow = {
    what: `our webhook path against FastAPI + SQLAlchemy doing insert + publish, ${CONNECTIONS} connections, one process`,
    must: `≥ ${FACTOR} ×`,
    measured: `${ratio.toFixed(2)} × (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}; ${spread(ours.perSecond)} against ${spread(peer.perSecond)} a second)`,
    met: ratio >= FACTOR,
  };
  const missing = Math.abs(ours.accepted - rows.receipts) + Math.abs(peer.accepted - rows.signals);
  return {
    rows: [
      compared,
      none('rows in Postgres against answers with 202, both sides', {
        missing,
        'refused by keelson': ours.refused,
        'refused by the peer': peer.refused,
      }),
    ],
    details: {
      'rows counted': { keelson: rows.receipts, peer: rows.signals },
      'p95 ms, median of rounds': {
        keelson: Math.round(median(ours.p95) * 10) / 10,
        peer: Math.round(median(peer.p95) * 10) / 10,
      },
    },
  };
}

async function countRows(url: string, teamId: string): Promise<{ receipts: number; signals: number }> {
  return withConnection(url, async (client) => {
    await client.query('begin');
    await client.query(`select set_config('keelson.team_id', $1, true)`, [teamId]);
    const { rows } = await client.query<{ receipts: number; signals: number }>(
      'select (select count(*) from keelson.receipts)::int as receipts, (select count(*) from peer.signals)::int as signals',
    );
    await client.query('commit');
    return rows[0] ?? { receipts: 0, signals: 0 };
  });
}

async function run(options: BenchOptions): Promise<Findings> {
  const secrets = credentials();
  return withDatabase(secrets, async (adminUrl) => {
    const [team] = await seedTeams(1, secrets, adminUrl);
    if (!team) throw new Error('the seed made no team');
    const stores: Stores = {
      databaseUrl: onDatabase(secrets.databaseUrl, DATABASE),
      redisUrl: onDatabase(secrets.redisUrl, String(REDIS_DATABASE)),
    };
    const servers: Server[] = [];
    try {
      servers.push(await startOurs(stores, secrets));
      servers.push(await startPeer(stores));
      const sides = servers.map((server): Side => ({ server, perSecond: [], p95: [], accepted: 0, refused: 0 }));
      const [ours, peer] = sides as [Side, Side];
      await compare(sides, team.webhook_key, options.seconds ?? SECONDS);
      const rows = await countRows(stores.databaseUrl, team.team_id);
      const conditions = {
        ...(await databaseConditions(stores.databaseUrl)),
        'connections to Postgres, each': POOL_SIZE,
      };
      return { conditions, ...findings(ours, peer, rows) };
    } finally {
      await Promise.all(servers.map(({ stop }) => stop()));
      await emptyRedis(stores.redisUrl);
    }
  });
}

await main({ name: 'peer', question: 'How does our whole webhook path compare with a plain FastAPI service?', run });
