import type { Duration, Id } from '@keelson/kernel';
import { Lease } from '@keelson/messaging';
import { blockHalt } from './block.ts';
import { cancelAccount } from './cancel.ts';
import { claimsInFlight } from './claims.ts';
import { openClaims } from './claims.store.ts';
import { flattenAccount } from './flatten.ts';
import type { AccountProof, Halt, HaltAccount, HaltPhase } from './halt.ts';
import { accountsOf, advance, everyTeam, readHalt, stillBinds, writeAccountProof } from './halts.store.ts';
import { brokerOf, type HaltParts, inParallel } from './parts.ts';
import { type Attempt, combined, pauseBefore, phaseAfter } from './phases.ts';
import { haltProof } from './proof.ts';
import { teamOf } from './scope.ts';
import { verifyAccount } from './verify.ts';

/** How long a driver may be silent before another takes over; one whose session is gone is followed at once. */
const LEASE_MS = 3_000;
const RENEW_MS = 500;
const ACCOUNTS_AT_ONCE = 16;
const TEAMS_AT_ONCE = 8;
/** For accounts without a reachable venue: their claims stay open until somebody resolves them. */
const UNKNOWN_SKEW: Duration = '365 days';

/**
 * Works a halt off, from whatever phase it is in: block → cancel → (flatten) → verify → done. The row is all there is of
 * it, each phase is repeated from its beginning, and one process at a time drives it, by a lease whose fence every step
 * checks. Kill it anywhere: the next one goes on.
 */
export class HaltProcedure {
  readonly #parts: HaltParts;
  /** By halt: within a process a lease tells nobody apart. */
  readonly #driving = new Map<Id, Promise<Halt | undefined>>();

  constructor(parts: HaltParts) {
    this.#parts = parts;
  }

  /**
   * Drives a halt until it is done or `signal` aborts; the halt as it then stands. Returns early when another living
   * process drives it already, and undefined when there is no such halt.
   */
  drive(haltId: Id, signal: AbortSignal): Promise<Halt | undefined> {
    const underway = this.#driving.get(haltId);
    if (underway) return underway;
    const drive = this.#drive(haltId, signal).finally(() => this.#driving.delete(haltId));
    this.#driving.set(haltId, drive);
    return drive;
  }

  async #drive(haltId: Id, signal: AbortSignal): Promise<Halt | undefined> {
    const { database, owner, onError } = this.#parts;
    const lease = new Lease(database, owner, `halt:${haltId}`, LEASE_MS);
    const held = await lease.hold();
    if (!held) return this.#read(haltId);
    const renewal = setInterval(() => void lease.hold().catch(onError), RENEW_MS);
    try {
      return await this.#work(haltId, held.fence, signal);
    } finally {
      clearInterval(renewal);
      await lease.release().catch(onError);
    }
  }

  async #work(haltId: Id, fence: string, signal: AbortSignal): Promise<Halt | undefined> {
    for (let failures = 0; ;) {
      const halt = await this.#read(haltId);
      if (!halt || halt.phase === 'done' || signal.aborted) return halt;
      const step = await this.#attempt(halt, fence).catch((error: unknown): Step => {
        this.#parts.onError(error);
        return { phase: halt.phase, problem: error instanceof Error ? error.message : String(error) };
      });
      // Blocking writes its own end, in the transaction that binds.
      if (halt.phase === 'block' && step.phase === 'cancel') continue;
      const moved = await this.#parts.database.relay((tx) => advance(tx, halt, fence, step));
      // The lease went to somebody else, or the halt was asked for more in between: only the row knows.
      if (!moved && !(await this.#holds(haltId, fence))) return this.#read(haltId);
      failures = step.problem === undefined ? 0 : failures + 1;
      if (step.problem !== undefined) await pause(pauseBefore(failures), signal);
    }
  }

  async #attempt(halt: Halt, fence: string): Promise<Step> {
    if (halt.phase === 'block') {
      await blockHalt(this.#parts.database, halt, this.#parts.announce);
      return { phase: 'cancel' };
    }
    const binds = await this.#parts.database.transaction(await this.#anyTeam(halt), (tx) => stillBinds(tx, halt));
    if (!binds) return { phase: 'block', problem: 'somebody changed the trading state under the halt' };
    const accounts = await this.#accounts(halt);
    switch (halt.phase) {
      case 'cancel':
        return stepAfter(halt, await this.#cancel(halt, accounts));
      case 'flatten':
        return stepAfter(halt, await this.#each(accounts, (one) => flattenAccount(this.#parts, halt, one, fence)));
      case 'verify':
        return this.#verify(halt, accounts);
      case 'done':
        return { phase: 'done' };
    }
  }

  /** Cancels, and then waits for claims that may still arrive: what they bring is cancelled by the next attempt. */
  async #cancel(halt: Halt, accounts: readonly HaltAccount[]): Promise<Attempt> {
    const inFlight = await this.#inFlight(accounts);
    const cancelled = await this.#each(accounts, (one) => cancelAccount(this.#parts, halt, one));
    if (cancelled.kind !== 'through' || inFlight === 0) return cancelled;
    return { kind: 'again', problem: `${inFlight} older claims may still reach a venue` };
  }

  async #verify(halt: Halt, accounts: readonly HaltAccount[]): Promise<Step> {
    const inFlight = await this.#inFlight(accounts);
    if (inFlight > 0) return { phase: 'verify', problem: `${inFlight} older claims may still reach a venue` };
    const looks = await inParallel(accounts, ACCOUNTS_AT_ONCE, (one) => verifyAccount(this.#parts, halt, one));
    const verdict = combined(looks.map(({ attempt }) => attempt));
    if (verdict.kind !== 'through') return stepAfter(halt, verdict);
    const proofs = looks.map(({ proof }) => proof!);
    await this.#keep(halt, accounts, proofs);
    return { phase: 'done', proof: haltProof(halt.generation!, proofs) };
  }

  /** Claims from before the block that may still turn into an order. Read before the venue is, so that none slips between. */
  async #inFlight(accounts: readonly HaltAccount[]): Promise<number> {
    const skews = new Map(
      accounts.map((account) => [account.accountId, brokerOf(this.#parts, account)?.capabilities.venueClockSkew]),
    );
    const teams = [...Map.groupBy(accounts, ({ teamId }) => teamId)];
    const open = await inParallel(teams, TEAMS_AT_ONCE, async ([teamId, own]) => {
      const ids = own.map(({ accountId }) => accountId);
      const claims = await this.#parts.database.transaction(teamId, (tx) => openClaims(tx, ids));
      return claimsInFlight(claims, (accountId) => skews.get(accountId) ?? UNKNOWN_SKEW);
    });
    return open.reduce((sum, count) => sum + count, 0);
  }

  async #keep(halt: Halt, accounts: readonly HaltAccount[], proofs: readonly AccountProof[]): Promise<void> {
    const withProof = accounts.map((account, index) => ({ ...account, proof: proofs[index]! }));
    await inParallel([...Map.groupBy(withProof, ({ teamId }) => teamId)], TEAMS_AT_ONCE, ([teamId, own]) =>
      this.#parts.database.transaction(teamId, async (tx) => {
        for (const { accountId, proof } of own) writeAccountProof(tx, halt.haltId, accountId, proof);
      }),
    );
  }

  async #each(accounts: readonly HaltAccount[], work: (account: HaltAccount) => Promise<Attempt>): Promise<Attempt> {
    return combined(await inParallel(accounts, ACCOUNTS_AT_ONCE, work));
  }

  async #accounts({ scope }: Halt): Promise<readonly HaltAccount[]> {
    const { database } = this.#parts;
    const team = teamOf(scope);
    const teams = team === undefined ? await database.platform(everyTeam) : [team];
    const accountId = scope.kind === 'account' ? scope.accountId : undefined;
    const found = await inParallel(teams, TEAMS_AT_ONCE, (teamId) =>
      database.transaction(teamId, (tx) => accountsOf(tx, teamId, accountId)),
    );
    return found.flat();
  }

  async #anyTeam({ scope }: Halt): Promise<Id> {
    return teamOf(scope) ?? (await this.#parts.database.platform(everyTeam))[0]!;
  }

  #read(haltId: Id): Promise<Halt | undefined> {
    return this.#parts.database.relay((tx) => readHalt(tx, haltId));
  }

  async #holds(haltId: Id, fence: string): Promise<boolean> {
    const { database, owner } = this.#parts;
    return (await new Lease(database, owner, `halt:${haltId}`, LEASE_MS).hold())?.fence === fence;
  }
}

/** Where a halt stands after an attempt. */
type Step = Parameters<typeof advance>[3];

function stepAfter(halt: Halt, attempt: Attempt): Step {
  if (attempt.kind === 'through') return { phase: phaseAfter(halt.phase as Exclude<HaltPhase, 'done'>, halt) };
  return { phase: attempt.kind === 'back' ? attempt.to : halt.phase, problem: attempt.problem };
}

function pause(forMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, forMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
