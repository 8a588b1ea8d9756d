import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '@keelson/brokers';
import type { Halt, HaltParts } from '@keelson/oversight/halt';
import type { Database } from '@keelson/persistence';
import { z } from 'zod';
import type { Context } from '../framework/context.ts';
import { messageOf } from '../framework/failure.ts';
import { withDatabase } from '../stack/open-database.ts';
import { addressOf, readStatus } from '../stack/status.ts';
import { changeTradingState } from './trading-state.ts';

/** A halt as `halt` prints it. */
export const haltReport = z.object({
  /** Null for REDUCING, which is a state and no halt: nothing is cancelled, and nothing to be proven. */
  halt_id: z.uuid().nullable(),
  scope: z.string(),
  state: z.enum(['HALTED', 'REDUCING']),
  phase: z.enum(['block', 'cancel', 'flatten', 'verify', 'done']).nullable(),
  halt_generation: z.int().nullable(),
  cancel_all: z.boolean(),
  flatten: z.boolean(),
  reason: z.string(),
  actor: z.string(),
  /** From the request reaching Postgres until no further claim may leave. */
  blocked_after_ms: z.int().nullable(),
  /** From the request until the venue was seen to have nothing open; null while that is not so. */
  done_after_ms: z.int().nullable(),
  /** Why it is not done yet. */
  problem: z.string().nullable(),
  proof: z
    .object({
      accounts: z.int(),
      orders_open: z.int(),
      orders_kept: z.int(),
      positions_open: z.int(),
      snapshot_at: z.string().nullable(),
      last_order_out: z.string().nullable(),
    })
    .nullable(),
});
export type HaltReport = z.infer<typeof haltReport>;

export interface Halting {
  /** As typed; see readScope. */
  readonly scope: string;
  readonly cancelAll: boolean;
  readonly flatten: boolean;
  readonly reason: string;
  /** How long to stay for the proof; the block is never waited for less than it takes. */
  readonly waitMs: number;
}

/** How often to look at a halt that another process drives. */
const LOOK_EVERY_MS = 50;

/**
 * Halts with nothing but Postgres and the venue: the block first, then everything else driven from this process, unless
 * another one is faster. Whatever is left when the time is up is worked off by whoever is alive, or the next `keelson halt`.
 */
export function haltNow(context: Context, halting: Halting): Promise<HaltReport> {
  return withDatabase(context, async (database) => {
    const [{ requestHalt }, { scopeKey }, { announce }, { readScope }] = await Promise.all([
      import('@keelson/oversight/halt'),
      import('@keelson/risk/trading-state'),
      import('@keelson/stream/publish'),
      import('./scope.ts'),
    ]);
    const scope = await readScope(database, halting.scope);
    const { waitMs, ...request } = halting;
    const asked = await requestHalt(
      database,
      { ...request, scope, actor: context.actor, origin: 'operator' },
      announce,
    );
    context.ui.say(`  ${context.ui.paint.bold('blocked')}: no new order leaves (${scopeKey(asked.scope)})`);
    const limit = AbortSignal.any([context.signal, AbortSignal.timeout(waitMs)]);
    const halt = await drive(context, database, asked, limit);
    return reportOf(halt, scopeKey(halt.scope));
  });
}

/** Sets REDUCING, reported in the same form. */
export async function reduceOnly(
  context: Context,
  { scope, reason }: Pick<Halting, 'scope' | 'reason'>,
): Promise<HaltReport> {
  const changed = await changeTradingState(context, { to: 'REDUCING', reason, scope });
  const { actor, halt_generation } = changed;
  const none = { halt_id: null, phase: null, blocked_after_ms: null, done_after_ms: null, problem: null, proof: null };
  return {
    ...none,
    scope: changed.scope,
    state: 'REDUCING',
    reason,
    actor,
    halt_generation,
    cancel_all: false,
    flatten: false,
  };
}

async function drive(context: Context, database: Database, asked: Halt, limit: AbortSignal): Promise<Halt> {
  const { HaltProcedure, readHalt } = await import('@keelson/oversight/halt');
  const { Owner } = await import('@keelson/messaging');
  const brokers = await venues(context);
  const owner = new Owner(database);
  try {
    await owner.start();
    const procedure = new HaltProcedure(await partsOf(context, database, owner, brokers));
    for (;;) {
      const halt = (await procedure.drive(asked.haltId, limit)) ?? asked;
      if (halt.phase === 'done' || limit.aborted) return halt;
      // Another living process drives it.
      await sleep(LOOK_EVERY_MS);
    }
  } catch (error) {
    // It is blocked, and its row waits for whoever is alive: that is worth more than an error alone.
    context.ui.warn(`Cannot drive it from here: ${messageOf(error)}`);
    return (await database.relay((tx) => readHalt(tx, asked.haltId))) ?? asked;
  } finally {
    await owner.stop();
    await Promise.all([...brokers.values()].map((broker) => broker.close()));
  }
}

/** The steps that an order of the halt goes through are loaded when it has one: most halts have none. */
async function partsOf(
  context: Context,
  database: Database,
  owner: HaltParts['owner'],
  brokers: ReadonlyMap<string, Broker>,
): Promise<HaltParts> {
  const { announce } = await import('@keelson/stream/publish');
  let steps: Promise<{ run: HaltParts['run'] }> | undefined;
  const onError = (error: unknown) => {
    if (context.environment['KEELSON_TRACE']) context.ui.warn(messageOf(error));
  };
  const run: HaltParts['run'] = async (wakeUp) => {
    steps ??= import('./order-steps.ts').then(({ orderSteps }) => orderSteps(database, owner, brokers, onError));
    return (await steps).run(wakeUp);
  };
  return { database, owner, brokers, announce, run, onError };
}

/** The venues that this machine has a way to; an account at any other is left to the platform's processes. */
async function venues(context: Context): Promise<ReadonlyMap<string, Broker>> {
  const [{ LoopbackBroker }, { PaperBroker }] = await Promise.all([
    import('@keelson/brokers/loopback'),
    import('@keelson/brokers/paper'),
  ]);
  const url = context.environment['PAPER_BROKER_URL'] ?? paperAddress(context);
  const all: Broker[] = [new LoopbackBroker(), ...(url === undefined ? [] : [new PaperBroker({ url })])];
  return new Map(all.map((broker) => [broker.name, broker]));
}

function paperAddress(context: Context): string | undefined {
  const status = readStatus(context.folders);
  if (!status?.services.some(({ name }) => name === 'paper-broker')) return undefined;
  return addressOf(status, 'paper-broker');
}

function reportOf(halt: Halt, scope: string): HaltReport {
  const { proof, requestedAt, blockedAt, finishedAt } = halt;
  const after = (at: Date | undefined) => (at ? Math.round(at.getTime() - requestedAt.getTime()) : null);
  return {
    halt_id: halt.haltId,
    scope,
    state: 'HALTED',
    phase: halt.phase,
    halt_generation: halt.generation ?? null,
    cancel_all: halt.cancelAll,
    flatten: halt.flatten,
    reason: halt.reason,
    actor: halt.actor,
    blocked_after_ms: after(blockedAt),
    done_after_ms: after(finishedAt),
    problem: halt.problem ?? null,
    proof: proof
      ? {
          accounts: proof.accounts,
          orders_open: proof.ordersOpen,
          orders_kept: proof.ordersKept,
          positions_open: proof.positionsOpen,
          snapshot_at: proof.snapshotAt ?? null,
          last_order_out: proof.lastOrderOut ?? null,
        }
      : null,
  };
}
