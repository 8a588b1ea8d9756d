import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '@keelson/catalogue';
import { milliseconds, newId } from '@keelson/kernel';
import { sql } from '@keelson/persistence';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { demoAccountId, demoTeamId } from '../seed/teams.ts';
import { withDatabase } from '../stack/open-database.ts';
import { addressOf, notRunning, requireStatus } from '../stack/status.ts';
import { closeCircuitOf } from '../trading/circuits.ts';
import { checkMarket } from '../trading/market-check.ts';
import { type SupervisedProcess, Supervisor } from '../stack/supervisor.ts';

const REPORT_WITHIN_MS = 20_000;

/** A fault that is in place. */
export interface Injected {
  /** What was done, in words. */
  readonly what: string;
  /** Takes back what a page has not mended; does nothing where it has. */
  undo(): Promise<void>;
}

/** Injects a fault into the local stack; throws when the stack does not run. */
export function inject(context: Context, fault: Fault): Promise<Injected> {
  switch (fault.kind) {
    case 'freeze':
      return freeze(context, fault.service);
    case 'venue':
      return disturbVenue(context, fault);
    case 'exposure':
      return driftExposure(context, fault.by);
    case 'unprovable_halt':
      return haltWithoutVenue(context);
    case 'runaway':
      return lowerOrderRate(context);
    case 'poison':
      return poison(context);
    case 'position':
      return misstatePosition(context, fault);
  }
}

async function processesOf(context: Context, service: string): Promise<readonly SupervisedProcess[]> {
  const { socket } = requireStatus(context.folders, context.stack);
  const processes = socket === undefined ? undefined : await new Supervisor(socket).processes();
  if (!processes) throw notRunning(context.stack);
  return processes.filter(({ name, pid }) => name === service && pid !== null);
}

const SEEM_ALIVE = sql('fault.seem_alive', 'update keelson.worker_progress set at = clock_timestamp()');
const SEEM_ALIVE_EVERY_MS = 1_000;

/**
 * Freezes the processes of a service that looks alive all the same: the api works in place of workers that show no
 * progress, and there would be nothing to mend. Process ids come from the supervisor at the moment of each signal: a number
 * may belong to somebody else later.
 */
async function freeze(context: Context, service: string): Promise<Injected> {
  const seemAlive = () =>
    withDatabase(context, (db) => db.platform(async (tx) => tx.execute(SEEM_ALIVE, []))).catch((error: Error) =>
      context.ui.warn(`the frozen do not look alive: ${error.message}`),
    );
  const frozen = await processesOf(context, service);
  for (const { pid } of frozen) process.kill(pid!, 'SIGSTOP');
  const pulse = setInterval(() => void seemAlive(), SEEM_ALIVE_EVERY_MS);
  return {
    what: `froze ${frozen.map(({ instance, pid }) => `${instance} (${pid})`).join(', ')}, which look alive`,
    async undo() {
      clearInterval(pulse);
      const before = new Set(frozen.map(({ pid }) => pid));
      for (const { pid } of await processesOf(context, service)) if (before.has(pid)) process.kill(pid!, 'SIGCONT');
    },
  };
}

async function disturbVenue(
  context: Context,
  { control, checkMarketAfter }: Extract<Fault, { kind: 'venue' }>,
): Promise<Injected> {
  const venue = addressOf(requireStatus(context.folders, context.stack), 'paper-broker');
  const command = async (path: string, body: unknown) => {
    const answer = await fetch(`${venue}/v1/control${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    });
    if (answer.ok) return;
    throw new Failure(`The venue refused ${JSON.stringify(body)}: ${await answer.text()}`, {
      code: exitCode.usage,
      fix: 'correct "drill" in the alert; services/paper-broker/src/requests.ts has what the venue takes',
    });
  };
  await command('', control);
  if (checkMarketAfter) {
    await sleep(milliseconds(checkMarketAfter), undefined, { signal: context.signal });
    await checkMarket(context);
  }
  return {
    what: `told the venue ${JSON.stringify(control)}`,
    async undo() {
      await command('/reset', {});
      // What the fault made fail may have opened it, and it would stand in everybody's way for ten minutes.
      await closeCircuitOf(context, 'paper');
      if (checkMarketAfter) await replaceReport(context);
    },
  };
}

const DRIFT = sql(
  'fault.drift_exposure',
  `update keelson.exposures set reserved = reserved + $2 where account_id = $1 and scope = 'account'`,
);

/** As a release that got lost leaves it. */
async function driftExposure(context: Context, by: string): Promise<Injected> {
  await withDatabase(context, (db) => db.transaction(demoTeamId, async (tx) => tx.execute(DRIFT, [demoAccountId, by])));
  return {
    what: `reserved ${by} on account ${demoAccountId} that nothing stands for`,
    undo: () =>
      withDatabase(context, async (db) => {
        const { repairExposures } = await import('@keelson/risk');
        await db.transaction(demoTeamId, (tx) => repairExposures(tx, demoAccountId));
      }),
  };
}

/** Somebody moved a position at the venue, and no execution says so. */
async function misstatePosition(
  context: Context,
  { symbol, quantity }: Extract<Fault, { kind: 'position' }>,
): Promise<Injected> {
  const venue = addressOf(requireStatus(context.folders, context.stack), 'paper-broker');
  const set = async (to: string) => {
    const answer = await fetch(`${venue}/v1/control/book`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ change: 'position', account: demoAccountId, symbol, quantity: to }),
      signal: AbortSignal.timeout(5_000),
    });
    if (!answer.ok) {
      throw new Failure(`The venue refused: ${await answer.text()}`, {
        code: exitCode.resource,
        fix: 'correct "drill" in the alert; services/paper-broker/src/requests.ts has what the venue takes',
      });
    }
  };
  await set(quantity);
  return { what: `gave account ${demoAccountId} ${quantity} ${symbol} at the venue alone`, undo: () => set('0') };
}

/** The report of the day is what the alert looks at: it is made again, once what it found has had time to pass. */
async function replaceReport(context: Context): Promise<void> {
  const until = Date.now() + REPORT_WITHIN_MS;
  while ((await checkMarket(context)).failed > 0 && Date.now() < until) await sleep(1_000);
}

/** The venue is silenced first: the halt blocks, and nobody can prove it. */
async function haltWithoutVenue(context: Context): Promise<Injected> {
  const venue = await disturbVenue(context, { kind: 'venue', control: { unavailable: true } });
  const scope = `account:${demoAccountId}`;
  const { haltNow } = await import('../trading/halting.ts');
  await haltNow(context, { scope, reason: 'a drill', cancelAll: false, flatten: false, waitMs: 100 });
  return {
    what: `${venue.what}, and halted ${scope}`,
    async undo() {
      await venue.undo();
      const { resumeNow } = await import('../trading/resuming.ts');
      const { haltNow: proven } = await import('../trading/halting.ts');
      await proven(context, { scope, reason: 'a drill', cancelAll: false, flatten: false, waitMs: 20_000 });
      await resumeNow(context, { scope, reason: 'the drill is over' });
    },
  };
}

const POISON = sql(
  'fault.poison',
  `insert into keelson.outbox (outbox_id, step, team_id, signal_id, type, key, payload)
   values ($1, 'decide', $2, $3, 'signal.received', 'a drill', '{"from": "a drill"}')`,
);

/** As a message of another release: no worker can read it, and every attempt fails the same way. */
async function poison(context: Context): Promise<Injected> {
  const outboxId = newId();
  await withDatabase(context, (db) =>
    db.transaction(demoTeamId, async (tx) => tx.execute(POISON, [outboxId, demoTeamId, newId()])),
  );
  return {
    what: `wrote message ${outboxId}, which nobody can read`,
    undo: () =>
      withDatabase(context, async (db) => {
        const { settleDeadLetter } = await import('@keelson/messaging');
        await db.transaction(demoTeamId, (tx) => settleDeadLetter(tx, outboxId, 'the drill is over'));
      }),
  };
}

const ORDER_RATE = sql(
  'fault.order_rate',
  `select value::text from keelson.risk_limits where account_id = $1 and scope = 'account' and name = 'max_orders_per_second'`,
);
const SET_ORDER_RATE = sql(
  'fault.set_order_rate',
  `update keelson.risk_limits set value = $2, reason = 'a drill'
    where account_id = $1 and scope = 'account' and name = 'max_orders_per_second'`,
);

/** One order a second: whatever sends more than three is out of control. */
async function lowerOrderRate(context: Context): Promise<Injected> {
  const set = (value: string | null) =>
    withDatabase(context, (db) =>
      db.transaction(demoTeamId, async (tx) => {
        const [row] = await tx.query<{ value: string | null }>(ORDER_RATE, [demoAccountId]);
        tx.execute(SET_ORDER_RATE, [demoAccountId, value]);
        return row?.value ?? null;
      }),
    );
  const before = await set('1');
  return {
    what: `allowed account ${demoAccountId} one order a second`,
    undo: async () => void (await set(before)),
  };
}
