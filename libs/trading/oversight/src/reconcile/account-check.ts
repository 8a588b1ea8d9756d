import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '@keelson/brokers';
import type { Message } from '@keelson/contracts';
import { Decimal, decimalText } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { nameHere } from './adopt.ts';
import { readBooks } from './books.store.ts';
import { pauseAfter, QUIET_MS, VOUCH_MS } from './cadence.ts';
import { compare } from './compare.ts';
import { confirm, type Look } from './confirm.ts';
import type { DayLooks } from './day-looks.ts';
import { type Difference, isOfExecution, isOfHoldings } from './difference.ts';
import { type Failure, mend, type Mending, type MendParts } from './mend.ts';
import { heldOnceMended } from './once-mended.ts';
import { isOpen } from './order-index.ts';
import type { OurPicture, VenuePicture } from './picture.ts';
import { LeaseLost, record } from './record.ts';
import type { Conclusion, LeasedAccount } from './schedule.store.ts';
import { type Covered, noteProblem } from './drift.store.ts';
import { driftOf } from './treatment.ts';
import { lookAtVenue } from './venue-look.ts';
import { verifiedUntil } from './verified-until.ts';

export interface CheckParts {
  readonly database: Database;
  readonly emit: MendParts['emit'];
  /** Tells the screens of a team; written in the transaction that changes something. */
  readonly announce: (tx: Parameters<Parameters<Database['transaction']>[1]>[0], message: Message) => void;
  readonly onError: (error: unknown) => void;
  readonly dayLooks: DayLooks;
  /** The quiet interval; shorter only in tests that hold nothing back. */
  readonly quietMs?: number;
}

/** How a comparison ended. */
export type CheckResult =
  | { readonly outcome: 'done'; readonly state: Conclusion['state']; readonly drifts: number }
  | { readonly outcome: 'unavailable'; readonly reason: string }
  /** Another process has the account by now. */
  | { readonly outcome: 'lease_lost' };

/** Executions are read again from this much before the last one that was found on both sides. */
const OVERLAP_MS = 3_000;
/** How far back an account that was never compared is looked at. */
const FIRST_LOOK_MS = 24 * 3_600_000;
const EVER = new Date(0);

interface Seen extends Look {
  readonly ours: OurPicture;
  readonly venue: VenuePicture;
  /** What its executions would leave unsaid of what is held; undefined where that is not known yet. */
  readonly held: readonly Difference[] | undefined;
  readonly lengthMs: number;
  /** Of this, the venue's part. */
  readonly tookMs: number;
}

/**
 * Compares one account with its venue, under its lease: a look, and where something differs another one after a quiet
 * interval. What both show is recorded with what is done about it, in one transaction; then it is mended. Recording and
 * mending are idempotent, so that a death anywhere in between is made good by the next comparison.
 */
export async function checkAccount(
  parts: CheckParts,
  broker: Broker,
  account: LeasedAccount,
  active: boolean,
): Promise<CheckResult> {
  const compared = await compareTwice(parts, broker, account);
  if ('reason' in compared) return { outcome: 'unavailable', ...compared };
  return settle(parts, broker, account, { ...compared, active });
}

interface Compared {
  readonly last: Seen;
  readonly proven: readonly Difference[];
  /** Something differs in what is held, and executions that may say why are still to be looked at. */
  readonly waiting: boolean;
}

async function compareTwice(
  parts: CheckParts,
  broker: Broker,
  account: LeasedAccount,
): Promise<Compared | { readonly reason: string }> {
  const { dayLooks, quietMs = QUIET_MS } = parts;
  const since = startOfWindow(account);
  const first = await firstLook(parts, broker, account, since);
  if ('reason' in first) return first;
  if (first.differences.length === 0) {
    dayLooks.agreed(account.accountId);
    return { last: first, proven: [], waiting: false };
  }
  // What a venue shows may be as old as the time it took to show it, on both sides of the pause.
  await sleep(quietMs + 2 * Math.ceil(first.tookMs) + 50);
  const second = await look(parts, broker, account, first.venue.since);
  if ('reason' in second) return second;
  const proven = confirm(first, second, quietMs);
  const ofDay = first.venue.since < since;
  if (ofDay) dayLooks.done(account.accountId, first.lengthMs + second.lengthMs, [...proven, ...(second.held ?? [])]);
  if (ofDay || since <= dayBefore()) return { last: second, proven, waiting: false };
  const told = proven.filter((one) => !isOfHoldings(one) || dayLooks.leftOpen(account.accountId, one));
  return { last: second, proven: told, waiting: told.length < proven.length };
}

/**
 * What both sides did since they were last the same. Where that does not say why what is held differs, the venue may have
 * changed an execution of before: then the whole day, as often as its pace allows.
 */
async function firstLook(
  parts: CheckParts,
  broker: Broker,
  account: LeasedAccount,
  since: Date,
): Promise<Seen | { readonly reason: string }> {
  const { dayLooks, onError } = parts;
  const { accountId, differing } = account;
  const first = await look(parts, broker, account, since);
  if ('reason' in first || since <= dayBefore()) return first;
  const wanted = first.held ? dayLooks.wanted(accountId, first.held) : differing;
  if (!wanted || !dayLooks.take(accountId)) return first;
  const ofDay = await look(parts, broker, account, dayBefore()).catch((error: unknown) => {
    onError(error);
    return first;
  });
  return 'reason' in ofDay ? first : ofDay;
}

async function look(
  { database }: CheckParts,
  broker: Broker,
  account: LeasedAccount,
  since: Date,
): Promise<Seen | { readonly reason: string }> {
  const started = performance.now();
  const seen = await lookAtVenue(broker, account.accountId, since);
  if (seen.outcome === 'unavailable') return { reason: seen.reason };
  const venue = seen.picture;
  const named = [...venue.openOrders, ...venue.executions].map((one) => nameHere(account.broker, one));
  const tookMs = performance.now() - started;
  const ours = await database.transaction(account.teamId, (tx) =>
    readBooks(tx, {
      accountId: account.accountId,
      broker: account.broker,
      working: account.working,
      ordersSince: startOfWindow(account),
      clientOrderIds: [...new Set(named)],
      fillsSince: since,
      lookedForMs: tookMs,
      futuresInFull: venue.futuresInFull,
    }),
  );
  const baseline = baselineOf(account, ours, venue);
  const differences = compare(ours, venue, baseline);
  const held = heldOnceMended(ours, venue, differences, baseline);
  const lengthMs = performance.now() - started;
  return { from: venue.from, asOf: venue.asOf, differences, held, ours, venue, tookMs, lengthMs };
}

function startOfWindow({ verifiedUntil }: LeasedAccount): Date {
  return verifiedUntil ? new Date(verifiedUntil.getTime() - OVERLAP_MS) : dayBefore();
}

function dayBefore(): Date {
  return new Date(Date.now() - FIRST_LOOK_MS);
}

/**
 * Cash that the venue held before we knew the account is not ours to explain: it is what everything later is compared from.
 * Until it is on record, cash says nothing.
 */
function baselineOf(account: LeasedAccount, ours: OurPicture, venue: VenuePicture): ReadonlyMap<string, Decimal> {
  const known = new Map(
    Object.entries(account.cashBaseline ?? {}).map(([currency, cash]) => [currency, new Decimal(cash)]),
  );
  if (account.cashBaseline) return known;
  for (const { currency, cash } of venue.balances) {
    known.set(currency, new Decimal(cash).minus(ours.cash.get(currency) ?? 0));
  }
  return known;
}

interface Outcome extends Compared {
  readonly active: boolean;
}

async function settle(
  parts: CheckParts,
  broker: Broker,
  account: LeasedAccount,
  outcome: Outcome,
): Promise<CheckResult> {
  const { last, proven } = outcome;
  const halted = last.ours.haltedSince !== undefined;
  const found = proven.map((difference) => ({ difference, drift: driftOf(difference, account, halted) }));
  const recording = await parts.database
    .transaction(account.teamId, (tx) =>
      record(tx, parts.announce, account, {
        drifts: found.map(({ drift }) => drift),
        complete: last.differences.length === proven.length,
        covered: coveredBy(parts.dayLooks, account, last),
        conclude: (blocking) => conclusionOf(account, outcome, blocking),
      }),
    )
    .catch((error: unknown) => {
      if (error instanceof LeaseLost) return undefined;
      throw error;
    });
  if (!recording) return { outcome: 'lease_lost' };
  const mendings = found.filter(({ drift }) => recording.mend.has(drift.driftId));
  await mendAndNote(parts, broker, account, mendings);
  return { outcome: 'done', state: recording.state, drifts: recording.fresh };
}

async function mendAndNote(
  parts: CheckParts,
  broker: Broker,
  account: LeasedAccount,
  mendings: readonly Mending[],
): Promise<void> {
  if (mendings.length === 0) return;
  const failures: readonly Failure[] = await mend({ ...parts, broker }, account, mendings);
  if (failures.length === 0) return;
  await parts.database.transaction(account.teamId, async (tx) => {
    for (const { driftIds, problem } of failures) noteProblem(tx, driftIds, problem);
  });
}

/** @param blocking how many proven differences nobody has accepted */
function conclusionOf(
  account: LeasedAccount,
  { last, proven, active, waiting }: Outcome,
  blocking: number,
): Conclusion {
  const { ours, venue, differences } = last;
  const working = ours.orders.filter(({ status }) => !isEnded(status)).map(({ orderId }) => orderId);
  // Nothing trades before that: once it does, what the venue held before can no longer be told from what we did.
  const known = account.cashBaseline !== undefined || holdingsCompared(last);
  const settled = differences.length === 0 && known;
  // What waits to be explained says neither that the account differs nor that it does not any more.
  const differing = blocking > 0 || (waiting && account.differing);
  const state = differing ? 'differing' : settled || account.vouched ? 'clean' : 'unknown';
  const holding = ours.positions.size > 0;
  const mending = differing || waiting || !(settled || account.vouched);
  return {
    state,
    nextInMs: pauseAfter({ active, working: working.length > 0, holding, mending }),
    vouchMs: VOUCH_MS,
    verifiedUntil: verifiedUntil(venue, differences, proven),
    working,
    cashBaseline: known ? baselineTexts(account, ours, venue) : undefined,
  };
}

function isEnded(status: OurPicture['orders'][number]['status']): boolean {
  return !isOpen(status) && status !== 'created' && status !== 'submitted' && status !== 'unknown';
}

/** Executions of before the look are covered by it where what is held agrees: one that differs would show in that. */
function coveredBy(dayLooks: DayLooks, { accountId }: LeasedAccount, last: Seen): Covered {
  const agrees = last.held !== undefined && !dayLooks.wanted(accountId, last.held);
  return { holdings: holdingsCompared(last), executionsSince: agrees ? EVER : last.venue.since };
}

/** Whether each execution is on both sides, and booked: what one side lacks would be taken for a difference of what is held. */
function holdingsCompared({ ours, differences }: Seen): boolean {
  return !differences.some(isOfExecution) && ours.unbooked.size === 0;
}

function baselineTexts(
  account: LeasedAccount,
  ours: OurPicture,
  venue: VenuePicture,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...baselineOf(account, ours, venue)].map(([currency, cash]) => [currency, decimalText(cash)]),
  );
}
