import { recordAudit } from '@keelson/access/audit';
import type { Id } from '@keelson/kernel';
import { Lease } from '@keelson/messaging';
import { type RestoredExits, restoreExits } from '@keelson/orders';
import { scopeKey } from '@keelson/risk';
import { type OwingHalt, owingHalts, settleExits, type Taken, takenExits } from './exits.store.ts';
import { everyTeam } from './halts.store.ts';
import { type HaltParts, inParallel } from './parts.ts';
import { teamOf } from './scope.ts';

const LEASE_MS = 3_000;
const TEAMS_AT_ONCE = 4;
const SIGNALS_AT_ONCE = 8;
/** How soon is looked again at what could not be given back. */
const AGAIN_AFTER_MS = 2_000;

/** What keeps exits from being placed; a sentence. */
type Obstacle = string;

/**
 * Gives positions back what a halt took from them, once their scope trades again: exits of what is still open are placed
 * anew, through the same way as any. What a halt owes is a row: kill whoever pays it anywhere, and the next one goes on.
 * What cannot be told is left to a person, and the halt says so until the position is closed or covered otherwise.
 */
export class ExitKeeper {
  readonly #parts: HaltParts;
  readonly #lease: Lease;
  readonly #due = new Map<Id, number>();
  #held = false;
  #looking: Promise<void> | undefined;

  constructor(parts: HaltParts) {
    this.#parts = parts;
    this.#lease = new Lease(parts.database, parts.owner, 'halt-exits', LEASE_MS);
  }

  /** Begins a look, unless one is under way: halts that are still to be driven must not wait for it. */
  look(): void {
    this.#looking ??= this.#look()
      .catch(this.#parts.onError)
      .finally(() => (this.#looking = undefined));
  }

  async stop(): Promise<void> {
    await this.#looking;
    if (this.#held) await this.#lease.release();
    this.#held = false;
  }

  async #look(): Promise<void> {
    const owing = await this.#parts.database.relay(owingHalts);
    const due = owing.filter(({ haltId }) => (this.#due.get(haltId) ?? 0) <= performance.now());
    if (due.length === 0) return;
    this.#held = (await this.#lease.hold()) !== undefined;
    if (!this.#held) return;
    for (const halt of due) await this.#settle(halt);
  }

  async #settle(halt: OwingHalt): Promise<void> {
    const { database } = this.#parts;
    const team = teamOf(halt.scope);
    const teams = team === undefined ? await database.platform(everyTeam) : [team];
    const obstacles = (await inParallel(teams, TEAMS_AT_ONCE, (teamId) => this.#giveBack(halt, teamId))).flat();
    const [first] = obstacles;
    const problem = first && `${obstacles.length} signals have not got their exits back: ${first}`;
    await database.relay(async (tx) => settleExits(tx, halt.haltId, problem));
    if (problem) this.#due.set(halt.haltId, performance.now() + AGAIN_AFTER_MS);
    else this.#due.delete(halt.haltId);
  }

  async #giveBack(halt: OwingHalt, teamId: Id): Promise<readonly Obstacle[]> {
    const taken = await this.#parts.database.transaction(teamId, (tx) => takenExits(tx, halt));
    const ends = await inParallel(taken, SIGNALS_AT_ONCE, (one) =>
      this.#restore(halt, teamId, one).catch((error: unknown): Obstacle => {
        this.#parts.onError(error);
        return `signal ${one.signalId}: ${error instanceof Error ? error.message : String(error)}`;
      }),
    );
    return ends.flatMap((obstacle) => obstacle ?? []);
  }

  async #restore(halt: OwingHalt, teamId: Id, { signalId, orderIds, ending }: Taken): Promise<Obstacle | undefined> {
    if (ending) return `signal ${signalId}: the end of one that its venue does not show any more is not heard yet`;
    const { haltId, scope } = halt;
    const reason = `a halt of ${scopeKey(scope)} took it, its position is open`;
    const restored = await this.#parts.database.transaction(teamId, async (tx) => {
      const outcome = await restoreExits(tx, { signalId, orderIds, reason });
      if (outcome.outcome === 'placed') {
        const details = { halt_id: haltId, client_order_ids: outcome.messages.map(({ key }) => key) };
        recordAudit(tx, { teamId, actor: 'halt', action: 'exits.restore', subject: signalId, reason, details });
      }
      return outcome;
    });
    if (restored.outcome === 'placed') await this.#send(restored, teamId, signalId);
    return obstacleOf(restored, signalId);
  }

  /** Runs them here and now; the sweep of any worker would, a moment later. */
  async #send({ messages }: Extract<RestoredExits, { outcome: 'placed' }>, teamId: Id, signalId: Id): Promise<void> {
    const { run, onError } = this.#parts;
    for (const { id: outboxId } of messages) {
      await run({ outboxId, step: 'route', teamId, signalId }).catch(onError);
    }
  }
}

function obstacleOf(restored: RestoredExits, signalId: Id): Obstacle | undefined {
  if (restored.outcome === 'waiting') return `signal ${signalId}: its position is moving`;
  if (restored.outcome !== 'unclear') return undefined;
  const { symbol, open, wanted } = restored;
  return `signal ${signalId}: its exits would leave ${wanted} ${symbol}, and ${open} are open without any; protect or close them by hand`;
}
