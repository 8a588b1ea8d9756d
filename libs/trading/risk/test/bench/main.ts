import { parseArgs } from 'node:util';
import type { Message } from '@keelson/contracts';
import { type Id, deriveId } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { makeDecide } from '../../src/decide.ts';
import { decideAhead, decideByFacts } from '../../src/decisions/decide-ahead.ts';
import { DecisionCache } from '../../src/decisions/decision-cache.ts';
import { RiskWorld, type WaitingSignal } from './world.ts';

/**
 * The load behind `npm run bench:risk`, which starts it as a process of its own and reads one JSON line. `--rate` decides
 * signals by the clock and times each from the moment when it was due; without it, `--in-flight` are kept under way.
 */
const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1' },
    strategies: { type: 'string', default: '1' },
    rate: { type: 'string' },
    'in-flight': { type: 'string', default: '16' },
    seconds: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '2' },
    connections: { type: 'string', default: '16' },
  },
});
const options = {
  accounts: Number(values.accounts),
  strategies: Number(values.strategies),
  rate: values.rate === undefined ? undefined : Number(values.rate),
  inFlight: Number(values['in-flight']),
  seconds: Number(values.seconds),
  warmUp: Number(values['warm-up']),
};
/** Far more than can be decided in a closed loop. */
const MOST_PER_SECOND = 2_500;
const RETRIES = 20;

type Decide = (signal: WaitingSignal) => Promise<void>;

/** Decides a signal as the flow does, in a commit of its own; what another approval made fall is decided anew. */
function decider(db: Database, teamId: Id, decisions: DecisionCache, count: () => void): Decide {
  const decide = makeDecide({ decisions });
  return async ({ signalId, accountId, strategy }) => {
    const message = received(teamId, signalId, accountId, strategy);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await db.transaction(teamId, async (tx) => {
          const context = await decide.prefetch(tx, signalId, 'decide');
          decide.handle(message, context, { tx, teamId, signalId, afterCommit: () => undefined });
        });
      } catch (error) {
        if ((error as { code?: string }).code !== 'KE010' || attempt === RETRIES) throw error;
        count();
      }
    }
  };
}

function received(teamId: Id, signalId: Id, accountId: Id, strategy: string): Message<'signal.received'> {
  const at = new Date().toISOString();
  const order = { symbol: 'ES', side: 'buy' as const, quantity: '1', price: '5000' };
  const payload = { signalId, accountId, strategy, ...order, receivedAt: at, expiresAt: at };
  return { id: deriveId('signal.received', signalId), type: 'signal.received', teamId, key: signalId, payload };
}

interface Measured {
  readonly latencies: number[];
  readonly perSecond: number;
  /** CPU of this process and of Postgres, per decision. */
  readonly cpu: readonly [number, number];
}
type Timed = Omit<Measured, 'cpu'>;

/** A fixed number under way; how many come out. */
async function closedLoop(signals: readonly WaitingSignal[], decide: Decide, seconds: number): Promise<Timed> {
  const latencies: number[] = [];
  const started = performance.now();
  const end = started + seconds * 1_000;
  let next = 0;
  const runOne = async (): Promise<void> => {
    while (performance.now() < end) {
      const signal = signals[next++];
      if (!signal) throw new Error('More was decided than was received: raise MOST_PER_SECOND');
      const begun = performance.now();
      await decide(signal);
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: options.inFlight }, runOne));
  return { latencies, perSecond: latencies.length / ((performance.now() - started) / 1_000) };
}

/** By the clock, whatever is still under way: a decision that had to wait shows it. */
async function openLoop(signals: readonly WaitingSignal[], decide: Decide, rate: number): Promise<Timed> {
  const latencies: number[] = [];
  const started = performance.now();
  const underWay: Promise<void>[] = [];
  for (let sent = 0; sent < signals.length;) {
    const due = Math.min(signals.length, Math.floor(((performance.now() - started) / 1_000) * rate) + 1);
    for (; sent < due; sent += 1) {
      const dueAt = started + (sent / rate) * 1_000;
      const signal = signals[sent]!;
      underWay.push(decide(signal).then(() => void latencies.push(performance.now() - dueAt)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
  return { latencies, perSecond: latencies.length / ((performance.now() - started) / 1_000) };
}

async function measure(world: RiskWorld, decide: Decide, seconds: number): Promise<Measured> {
  const { rate, strategies } = options;
  const signals = await world.receive((rate ?? MOST_PER_SECOND) * seconds, strategies);
  const ownCpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000;
  const before = [ownCpu(), await world.cpuMilliseconds()] as const;
  const timed = await (rate === undefined ? closedLoop(signals, decide, seconds) : openLoop(signals, decide, rate));
  const after = [ownCpu(), await world.cpuMilliseconds()] as const;
  const each = (index: 0 | 1) => (after[index] - before[index]) / timed.latencies.length;
  return { ...timed, cpu: [each(0), each(1)] };
}

/** How long the order path waits for a decision that was made ahead. */
function timeCache(cache: DecisionCache, teamId: Id): { readonly latencies: number[]; readonly hits: number } {
  const key = { teamId, strategy: 'strategy-0', symbol: 'ES', regime: 'calm' as const };
  const latencies: number[] = [];
  let hits = 0;
  for (let look = 0; look < 100_000; look += 1) {
    const begun = performance.now();
    hits += cache.find(key, new Date()) ? 1 : 0;
    latencies.push(performance.now() - begun);
  }
  return { latencies, hits };
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

const world = await RiskWorld.start(options.accounts, Number(values.connections));
try {
  const cache = new DecisionCache(world.db, (error) => {
    throw error;
  });
  let fell = 0;
  const decide = decider(world.db, world.teamId, cache, () => (fell += 1));
  await measure(world, decide, options.warmUp);
  await decideAhead(world.db, decideByFacts, (error) => {
    throw error;
  });
  const { latencies, perSecond, cpu } = await measure(world, decide, options.seconds);
  timeCache(cache, world.teamId);
  await cache.settled();
  const cached = timeCache(cache, world.teamId);
  const spread = (all: readonly number[]) => [50, 95, 99, 100].map((percent) => percentile(all, percent));
  const result = {
    perSecond,
    milliseconds: spread(latencies),
    fell,
    cpuMilliseconds: { decider: cpu[0], postgres: cpu[1] },
    cachedMilliseconds: spread(cached.latencies),
    cachedHits: cached.hits / cached.latencies.length,
    ...(await world.audit()),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await world.close();
}
