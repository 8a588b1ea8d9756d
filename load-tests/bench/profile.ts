import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { stackConditions } from './harness/conditions.ts';
import { withConnection } from './harness/connection.ts';
import { cpuOfTree, cpuSnapshot } from './harness/cpu.ts';
import { profileOf } from './harness/inspector.ts';
import { runK6 } from './harness/k6.ts';
import { atMost } from './harness/result.ts';
import { credentials, processes } from './harness/stack.ts';
import { benchTeams } from './harness/teams.ts';

const RATE = 200;
/** Of each service, one after the other. */
const SECONDS = 8;
const WARM_UP_SECONDS = 10;
const STORES = ['postgres', 'redis'];
const SHOWN = 12;
const SAMPLE_EVERY_MS = 10;

/** Looks again and again at what Postgres works on; the share of looks that met a statement which waited for nothing. */
function watchStatements(): () => Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  let [looks, stopped] = [0, false];
  const run = withConnection(credentials().databaseAdminUrl, async (client) => {
    while (!stopped) {
      const { rows } = await client.query<{ query: string }>(
        `select left(regexp_replace(query, '\\s+', ' ', 'g'), 60) as query from pg_stat_activity
          where state = 'active' and wait_event is null and pid <> pg_backend_pid() and datname = current_database()`,
      );
      looks += 1;
      for (const { query } of rows) found.set(query, (found.get(query) ?? 0) + 1);
      await sleep(SAMPLE_EVERY_MS);
    }
  });
  run.catch(() => undefined);
  return async () => {
    stopped = true;
    await run;
    return new Map([...found].map(([query, met]) => [query, (met / looks) * 100]));
  };
}

function largest(found: ReadonlyMap<string, number>, unit: string, each = 1): Record<string, number> {
  const sorted = [...found].sort(([, left], [, right]) => right - left).slice(0, SHOWN);
  return Object.fromEntries(
    sorted.map(([name, value]) => [`${name}, ${unit}`, Math.round((value / each) * 100) / 100]),
  );
}

/** Where the CPU of a signal goes: by process, in each by origin of the code, in Postgres by statement. */
async function run(options: BenchOptions): Promise<Findings> {
  const conditions = await stackConditions(options.rehearsal);
  const rate = options.rate ?? RATE;
  const all = await processes();
  const services = all.filter(({ name }) => !STORES.includes(name));
  const slice = options.seconds ?? SECONDS;
  const seconds = WARM_UP_SECONDS + services.length * (slice + 3);
  const teams = await benchTeams(1);
  say(`${rate} a second for ${seconds} s, ${services.length} services profiled for ${slice} s each`);
  const load = runK6({
    scenario: 'pipeline',
    ratePerSecond: rate,
    seconds,
    warmUpSeconds: 1,
    teams,
    seed: options.seed,
  });
  await sleep(WARM_UP_SECONDS * 1_000);
  const [before, stopWatching] = [cpuSnapshot(), watchStatements()];
  await sleep(slice * 1_000);
  const [after, statements] = [cpuSnapshot(), await stopWatching()];
  const signals = (rate * (after.at - before.at)) / 1_000;
  const cpu = new Map(
    all.map(({ instance, pid }) => [instance, (pid === null ? 0 : cpuOfTree(before, after, pid)) / signals]),
  );
  const details: Record<string, Record<string, number>> = {
    'CPU of a signal': largest(cpu, 'ms'),
    'Postgres by statement': largest(statements, '% of the time at work'),
  };
  for (const { instance } of services) {
    // A supervisor may have started it anew since the load began.
    const pid = (await processes()).find((it) => it.instance === instance)?.pid;
    if (!pid) throw new Error(`${instance} does not run any more; its log says why: keelson logs ${instance}`);
    details[instance] = largest(await profileOf(pid, slice), 'ms a signal', rate * slice);
  }
  await load;
  const total = [...cpu.values()].reduce((sum, ms) => sum + ms, 0);
  return {
    conditions: { ...conditions, load: `${rate} signals a second of one team, the venue at its defaults` },
    rows: [atMost(`CPU of a signal, all processes, while none is profiled, ${rate}/s`, '', total, 8, 'ms', 2)],
    details,
  };
}

await main({ name: 'profile', question: 'Where does the CPU of a signal go?', run });
