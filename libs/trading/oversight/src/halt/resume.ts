import type { TradingStateChanged } from '@keelson/contracts';
import { type Duration, type Id, milliseconds } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { type Announce, type Scope, changeTradingState, scopeKey, stateMessage } from '@keelson/risk';
import type { Halt } from './halt.ts';
import { everyTeam, unfinishedHalts } from './halts.store.ts';
import { approve, approvers, differingAccounts } from './resume.store.ts';
import { overlaps } from './scope.ts';

/** Within this time the second person has to agree. */
const APPROVAL_HOLDS: Duration = '15 minutes';

export interface ResumeRequest {
  readonly scope: Scope;
  /** Why it is safe to trade again: it is audited, streamed and shown. */
  readonly reason: string;
  readonly actor: string;
  /** People who must agree; two in prod. */
  readonly people: 1 | 2;
}

/** How a wish to resume ended; only `resumed` has changed anything that binds orders. */
export type ResumeOutcome =
  | { readonly outcome: 'resumed'; readonly state: TradingStateChanged; readonly approvedBy: readonly string[] }
  /** The first of two people has agreed. */
  | { readonly outcome: 'waiting'; readonly approvedBy: readonly string[]; readonly within: Duration }
  | { readonly outcome: 'halt_unfinished'; readonly haltId: Id; readonly phase: string; readonly problem?: string }
  | { readonly outcome: 'unreconciled'; readonly accountIds: readonly Id[] };

/**
 * Lets a scope trade again. Refused while a halt that meets the scope is not done, and while an account in it differs
 * from its venue. Looks and change are one transaction under the lock that every halt takes.
 */
export async function resumeTrading(
  database: Database,
  request: ResumeRequest,
  announce: Announce,
): Promise<ResumeOutcome> {
  const { scope } = request;
  const teams = scope.kind === 'platform' ? await database.platform(everyTeam) : [scope.teamId];
  const differing = await differingOf(database, teams, scope);
  if (differing.length > 0) return { outcome: 'unreconciled', accountIds: differing };
  const unfinished = (await database.relay(unfinishedHalts)).find((halt) => overlaps(halt.scope, scope));
  if (unfinished) return refusal(unfinished);
  const [first, ...rest] = teams;
  if (first === undefined) throw new Error('There is no team yet: run the seed first');
  const outcome = await database
    .transaction(first, (tx) => agree(tx, first, request, announce))
    .catch((error: unknown) => {
      if (error instanceof HaltedMeanwhile) return refusal(error.halt);
      throw error;
    });
  if (outcome.outcome === 'resumed') {
    const { state } = outcome;
    const told = { ...state, scope: scopeKey(scope) };
    await Promise.all(
      rest.map((teamId) => database.transaction(teamId, async (tx) => announce(tx, stateMessage(teamId, told)))),
    );
  }
  return outcome;
}

type Tx = Parameters<Announce>[0];

async function agree(tx: Tx, teamId: Id, request: ResumeRequest, announce: Announce): Promise<ResumeOutcome> {
  const { scope, reason, actor, people } = request;
  const key = scopeKey(scope);
  approve(tx, key, actor, reason);
  const approvedBy = await approvers(tx, key, milliseconds(APPROVAL_HOLDS));
  if (approvedBy.length < people) return { outcome: 'waiting', approvedBy, within: APPROVAL_HOLDS };
  const state = await changeTradingState(tx, { scope, to: 'ACTIVE', reason, actor });
  // Under the exclusive lock: a halt that was asked for since the look above is seen, or waits and binds after this.
  const unfinished = (await unfinishedHalts(tx)).find((halt) => overlaps(halt.scope, scope));
  if (unfinished) throw new HaltedMeanwhile(unfinished);
  announce(tx, stateMessage(teamId, state));
  return { outcome: 'resumed', state, approvedBy };
}

/** Undoes the change of a resume that came too late; told to the caller as a refusal. */
class HaltedMeanwhile extends Error {
  override readonly name = 'HaltedMeanwhile';
  readonly halt: Halt;

  constructor(halt: Halt) {
    super(`Halt ${halt.haltId} was asked for meanwhile`);
    this.halt = halt;
  }
}

function refusal({ haltId, phase, problem }: Halt): ResumeOutcome {
  return { outcome: 'halt_unfinished', haltId, phase, ...(problem !== undefined && { problem }) };
}

/** Of a team's scopes only one account is looked at where only one is meant. */
async function differingOf(database: Database, teams: readonly Id[], scope: Scope): Promise<readonly Id[]> {
  const accountId = scope.kind === 'account' ? scope.accountId : undefined;
  const found = await Promise.all(
    teams.map((teamId) => database.transaction(teamId, (tx) => differingAccounts(tx, accountId))),
  );
  return found.flat();
}
