import type { Message } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import { changeTradingState, stateMessage } from '@keelson/risk';
import type { Tx } from '@keelson/persistence';
import {
  accountState,
  type Covered,
  type Drift,
  endGone,
  escalate,
  openStates,
  type Recorded,
  recordDrifts,
} from './drift.store.ts';
import { bindsTo, REPAIR_ATTEMPTS } from './kinds.ts';
import { type Conclusion, finishCheck, type LeasedAccount } from './schedule.store.ts';

/** What is to be written of a comparison. */
export interface Recording {
  readonly drifts: readonly Drift[];
  /** True when the last look showed nothing that is not proven: then what it does not show is gone. */
  readonly complete: boolean;
  /** What it did not look at is not gone. */
  readonly covered: Covered;
  readonly conclude: (blocking: number) => Conclusion;
}

export interface RecordedCheck {
  readonly state: Conclusion['state'];
  /** Drifts that nobody had seen before. */
  readonly fresh: number;
  /** Those that are to be mended now. */
  readonly mend: ReadonlySet<Id>;
}

type Announce = (tx: Tx, message: Message) => void;

/**
 * Writes what a comparison came to, under its lease, all in one transaction: drifts with their events, what they do to
 * the account's trading, and when it is compared again. Throws LeaseLost, and then nothing is written.
 */
export async function record(
  tx: Tx,
  announce: Announce,
  account: LeasedAccount,
  { drifts, complete, conclude, covered }: Recording,
): Promise<RecordedCheck> {
  const recorded = await recordDrifts(tx, drifts);
  const open = drifts.filter(
    ({ driftId, treatment }) => recorded.get(driftId)!.state === 'open' && treatment !== 'note',
  );
  const conclusion = conclude(open.length);
  if (!(await finishCheck(tx, account, conclusion))) throw new LeaseLost();
  if (complete) {
    const gone = await endGone(
      tx,
      account.accountId,
      drifts.map(({ driftId }) => driftId),
      covered,
    );
    for (const driftId of gone) announce(tx, endedMessage(account, driftId, 'repaired'));
  }
  const beyondUs = open.filter((drift) => isBeyondUs(drift, recorded.get(drift.driftId)!));
  const ledTo = await restrict(tx, announce, account, beyondUs);
  const fresh = drifts.filter(({ driftId }) => recorded.get(driftId)!.fresh);
  for (const drift of fresh) announce(tx, foundMessage(account, drift, ledTo.get(drift.driftId)));
  const mend = new Set(open.filter((drift) => !beyondUs.includes(drift)).map(({ driftId }) => driftId));
  return { state: conclusion.state, fresh: fresh.length, mend };
}

/** Somebody else holds the account by now; thrown, so that all that this comparison wrote is undone. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Nobody but a person can settle it: by its kind, or because mending did not help. */
function isBeyondUs({ treatment }: Drift, { attempts }: Recorded): boolean {
  return treatment === 'operator' || attempts > REPAIR_ATTEMPTS;
}

/** Restricts the account's trading as far as what is beyond us demands; never less than it is restricted already. */
async function restrict(
  tx: Tx,
  announce: Announce,
  { accountId, teamId }: LeasedAccount,
  drifts: readonly Drift[],
): Promise<ReadonlyMap<Id, 'REDUCING' | 'HALTED'>> {
  const ledTo = new Map(drifts.map(({ driftId, kind }) => [driftId, bindsTo(kind)]));
  if (drifts.length === 0) return ledTo;
  const [before, noted] = await Promise.all([accountState(tx, accountId), openStates(tx, accountId)]);
  for (const [driftId, state] of ledTo) if (noted.get(driftId) !== state) escalate(tx, [driftId], state);
  const news = drifts.filter(({ driftId }) => !noted.has(driftId));
  const to = news.some(({ kind }) => bindsTo(kind) === 'HALTED') ? 'HALTED' : 'REDUCING';
  // What an operator resumed knowing of it stays resumed: a drift restricts once.
  if (news.length === 0 || before === 'HALTED' || before === to) return ledTo;
  const reason = `reconciliation: ${news.map(({ kind, subject }) => `${kind} ${subject}`).join(', ')}`.slice(0, 500);
  const scope = { kind: 'account', teamId, accountId } as const;
  const changed = await changeTradingState(tx, { scope, to, reason, actor: 'reconciliation' });
  announce(tx, stateMessage(teamId, changed));
  return ledTo;
}

function foundMessage({ teamId }: LeasedAccount, drift: Drift, ledTo: 'REDUCING' | 'HALTED' | undefined): Message {
  const { driftId, accountId, broker, kind, subject, symbol, ours, venue, treatment } = drift;
  return {
    ...{ id: deriveId('drift.found', driftId), type: 'drift.found', teamId, key: driftId },
    payload: {
      ...{ driftId, accountId, broker, kind, subject, symbol, ours, venue, treatment, ledTo },
      at: new Date().toISOString(),
    },
  } as Message<'drift.found'>;
}

function endedMessage({ teamId, accountId }: LeasedAccount, driftId: Id, as: 'repaired'): Message {
  const payload = { driftId, accountId, as, at: new Date().toISOString() };
  return { id: deriveId('drift.ended', driftId), type: 'drift.ended', teamId, key: driftId, payload };
}
