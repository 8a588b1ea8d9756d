import { type Id, newId } from '@keelson/kernel';
import { endLongHolds } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import { type Announce, changeTradingState, stateMessage } from '@keelson/risk/trading-state';
import type { Halt, HaltRequest } from './halt.ts';
import { everyTeam, insertRequest, markBlocked, readHalt } from './halts.store.ts';
import { teamOf } from './scope.ts';

/**
 * A claim holds the trading state for a few milliseconds. Who holds it longer is frozen in the middle of one (SIGSTOP, a
 * machine that swaps): the halt does not wait for it.
 */
const LONGEST_CLAIM_MS = 60;
const LOOK_EVERY_MS = 20;

/**
 * Makes a halt durable and binds it: when this resolves, no claim that was not committed before ever leaves. Needs nothing
 * but Postgres. What is left to do (cancel, flatten, verify) is a row that whoever is alive works on; see HaltProcedure.
 * Asked twice for one scope, it is one halt with the options of both.
 */
export async function requestHalt(
  database: Database,
  request: HaltRequest,
  announce: Announce,
  haltId: Id = newId(),
): Promise<Halt> {
  const teamId = teamOf(request.scope) ?? (await anyTeam(database));
  const halt = await database.transaction(teamId, (tx) => insertRequest(tx, haltId, request));
  return halt.phase === 'block' ? blockHalt(database, halt, announce) : halt;
}

/** Phase block. Repeated, it sets the same state under a newer generation: harmless, and what was permitted before is void. */
export async function blockHalt(database: Database, halt: Halt, announce: Announce): Promise<Halt> {
  const { haltId, scope, reason, actor } = halt;
  const teamId = teamOf(scope) ?? (await anyTeam(database));
  const changed = await notWaitingForTheFrozen(database, () =>
    database.transaction(teamId, async (tx) => {
      const payload = await changeTradingState(tx, { scope, to: 'HALTED', reason, actor });
      markBlocked(tx, haltId, payload.haltGeneration);
      announce(tx, stateMessage(teamId, payload));
      return payload;
    }),
  );
  if (scope.kind === 'platform') {
    // It binds everybody already; the other teams' screens follow, and nobody waits for them.
    const teams = await database.platform(everyTeam);
    const tell = (team: Id) => database.transaction(team, async (tx) => announce(tx, stateMessage(team, changed)));
    void Promise.allSettled(teams.filter((team) => team !== teamId).map(tell));
  }
  const blocked = await database.transaction(teamId, (tx) => readHalt(tx, haltId));
  return blocked!;
}

/** Postgres has a row of the platform whichever team reads it; row-level security only wants to know one. */
async function anyTeam(database: Database): Promise<Id> {
  const [first] = await database.platform(everyTeam);
  if (first === undefined) throw new Error('There is no team yet: run the seed first');
  return first;
}

/** Runs a change of the trading state; while it waits, ends the sessions that have held the state for too long. */
async function notWaitingForTheFrozen<T>(database: Database, change: () => Promise<T>): Promise<T> {
  let changing = true;
  const changed = change().finally(() => {
    changing = false;
  });
  // A failure is the caller's to hear, when this returns.
  changed.catch(() => undefined);
  await Promise.race([changed.catch(() => undefined), pause(LOOK_EVERY_MS)]);
  while (changing) {
    await database.platform((tx) => endLongHolds(tx, LONGEST_CLAIM_MS)).catch(() => undefined);
    await Promise.race([changed.catch(() => undefined), pause(LOOK_EVERY_MS)]);
  }
  return changed;
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
