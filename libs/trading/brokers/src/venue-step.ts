import type { Message } from '@keelson/contracts';
import { deriveId, type Id, invariant, milliseconds } from '@keelson/kernel';
import { claimMessage, type StepWork, type WakeUp } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import type { Broker, BrokerReport, FindOutcome } from './broker.port.ts';
import type { CircuitBreaker } from './circuit.ts';
import type { Gate } from './claim.store.ts';
import { overslept } from './overslept.ts';
import { handOrQuarantine, type Quarantined } from './quarantine.ts';
import type { QueryGate } from './query-gate.ts';
import type { RecordedEvents } from './recorded-events.ts';

/** What the steps that call a venue need of the process around them. */
export interface VenueStepParts {
  readonly database: Database;
  readonly brokers: ReadonlyMap<string, Broker>;
  /** The environment's switch: without it no venue that trades real money is asked for anything new. */
  readonly liveTrading: boolean;
  readonly breaker: CircuitBreaker;
  readonly queries: QueryGate;
  /** What answers to this process brought: the listener need not look for it. */
  readonly recorded: RecordedEvents;
  /** The number under which this process holds leases. */
  readonly owner: () => number;
  readonly leaseMs: number;
  /** Records what a venue said, under the lease of the claim; false when that lease is lost. */
  readonly record: (emission: Recorded) => Promise<boolean>;
  /** Runs a claim again: after the venue said that it never got the last attempt. */
  readonly retry: (lease: HeldClaim) => Promise<boolean>;
  /** Gives the lease up for so long; whoever sweeps next takes it. */
  readonly postpone: (lease: HeldClaim, forMs: number) => Promise<void>;
  readonly onQuarantine: (quarantined: Quarantined) => void;
  /** An order's fate became unknown: worth a line in the log. */
  readonly onUnknown: (order: {
    readonly broker: string;
    readonly clientOrderId: string;
    readonly reason: string;
  }) => void;
}

export type VenueStepName = 'route' | 'replace' | 'cancel';

/** The lease of a message that is worked on after its commit. */
export type HeldClaim = WakeUp & { readonly fence: string };

/** What a venue said of an order, and the lease under which it was asked. */
export interface Recorded {
  readonly step: VenueStepName;
  readonly teamId: Id;
  readonly signalId: Id;
  readonly messages: readonly Message[];
  readonly lease: HeldClaim;
  readonly endsLease: boolean;
}

/** One attempt to bring an order to its venue, claimed and committed. */
export interface Attempt {
  readonly broker: Broker;
  readonly clientOrderId: string;
  readonly accountId: Id;
  readonly lease: HeldClaim;
  readonly number: number;
  readonly deadline: Date;
}

/** Pauses between questions about an order that the venue says it has not got, while its deadline runs. */
const QUERY_PAUSES_MS = [20, 50, 100, 200, 400];
/** An order whose venue does not answer is asked about again after a while, give or take a half; nothing waits for it here. */
const SILENT_MS = 500;
/** Where a venue takes the same order twice, sending again is an operator's decision. */
const OPERATOR_MS = 60_000;
/** How long what waits for its account's books, or for somebody's probe of a circuit, is left alone. */
const GATE_MS = 250;
/** Most attempts that are remembered as absent; a forgotten one is asked for again, which is safe. */
const MOST_ABSENT = 10_000;

/** What route, replace and cancel have in common: leases, records and the resolution of doubt. */
export class VenueStep {
  readonly parts: VenueStepParts;
  readonly #step: VenueStepName;
  /** Attempts that a venue has definitively never got. */
  readonly #absent = new Set<string>();

  constructor(step: VenueStepName, parts: VenueStepParts) {
    this.#step = step;
    this.parts = parts;
  }

  broker(name: string): Broker {
    const broker = this.parts.brokers.get(name);
    invariant(broker, `Broker "${name}" is configured in this process`);
    return broker;
  }

  /** Takes the lease of a message with this commit, and acts under it afterwards. */
  underLease(message: Message, broker: Broker, work: StepWork, act: (lease: HeldClaim) => Promise<void>): void {
    const { submitWithin, answerGrace } = broker.capabilities;
    const leaseMs = Math.max(this.parts.leaseMs, milliseconds(submitWithin) * 2 + milliseconds(answerGrace));
    const { signalId, teamId } = work;
    const fence = claimMessage(work.tx, message, { step: this.#step, signalId, owner: this.parts.owner(), leaseMs });
    // A failure is thrown by the commit; nobody awaits the fence then.
    fence.catch(() => undefined);
    work.afterCommit(async () => act({ outboxId: message.id, step: this.#step, teamId, signalId, fence: await fence }));
  }

  /** What the gate did not let through waits: for the circuit's end, or a moment; it is looked at again, and may expire. */
  async wait(lease: HeldClaim, { gate, openForMs }: Gate, expiresAt: string): Promise<void> {
    const untilExpiry = Math.max(0, new Date(expiresAt).getTime() - Date.now()) + 10;
    const forMs = gate === 'circuit' ? Math.max(openForMs, GATE_MS) : GATE_MS;
    await this.parts.postpone(lease, Math.min(forMs, untilExpiry));
  }

  /** True, once, for an attempt that the venue never got. */
  takeAbsent(clientOrderId: string, attempt: number): boolean {
    return this.#absent.delete(`${clientOrderId}/${attempt}`);
  }

  noteAbsent({ clientOrderId, number }: Pick<Attempt, 'clientOrderId' | 'number'>): void {
    this.#absent.add(`${clientOrderId}/${number}`);
    if (this.#absent.size > MOST_ABSENT) this.#absent.delete(this.#absent.values().next().value!);
  }

  /** Records that nobody knows whether the attempt arrived. The circuit hears of it first: other claims look at it. */
  async recordUnknown(attempt: Attempt, reason: string): Promise<void> {
    const { broker, clientOrderId, number, lease } = attempt;
    this.parts.onUnknown({ broker: broker.name, clientOrderId, reason });
    if (!overslept(attempt, new Date())) await this.parts.breaker.failed(broker.name, reason);
    const venueEventId = `${clientOrderId}/unknown/${number}`;
    const said = { broker: broker.name, venueEventId, clientOrderId, at: new Date().toISOString() };
    await this.record(lease, [{ type: 'broker.unknown', payload: { ...said, reason: reason.slice(0, 500) } }], false);
  }

  /** Hands what was said to apply. Without `ends` the lease goes on; with it, the message is done. */
  async record(lease: HeldClaim, reports: readonly BrokerReport[], ends = true): Promise<void> {
    const { teamId, signalId } = lease;
    const hand = (part: readonly BrokerReport[], endsLease: boolean): Promise<boolean> => {
      const messages = part.map((report) => messageOf(teamId, report));
      return this.parts.record({ step: this.#step, teamId, signalId, messages, lease, endsLease });
    };
    let ended = false;
    const handed = await handOrQuarantine(this.parts, lease, reports, async (part) => {
      const together = part === reports;
      const done = await hand(part, ends && together);
      ended ||= ends && together && done;
      return done;
    });
    // After a contradiction the reports went one by one, and the message is still there.
    if (handed && ends && !ended) await hand([], true);
    if (handed) this.parts.recorded.add(reports.map((report) => report.payload.venueEventId));
  }

  /**
   * Asks for an attempt's order until the venue gives a definitive answer: then `found` is called, or the claim runs again
   * because the venue never got it. Where it gives none, the order is left for later, and holds nothing here meanwhile.
   */
  async resolve(attempt: Attempt, found: (reports: readonly BrokerReport[]) => Promise<void>): Promise<void> {
    const { broker, clientOrderId, accountId, lease, deadline } = attempt;
    const lastMoment = deadline.getTime() + milliseconds(broker.capabilities.venueClockSkew);
    for (const waitMs of QUERY_PAUSES_MS) {
      const askedAt = Date.now();
      const answer = await this.parts.queries.ask<FindOutcome>(broker.name, () =>
        broker.find(clientOrderId, accountId),
      );
      if (answer?.outcome === 'found') return found(answer.reports);
      if (answer?.outcome !== 'not_found') break;
      if (askedAt > lastMoment) return this.#sendAgain(attempt);
      await pause(Math.max(waitMs, lastMoment - Date.now() + 1));
    }
    await this.parts.postpone(lease, SILENT_MS * (0.5 + Math.random()));
  }

  async #sendAgain(attempt: Attempt): Promise<void> {
    // Where a venue takes the same order twice, sending again is an operator's decision: OrderStuckSubmitted tells one.
    if (!attempt.broker.capabilities.rejectsDuplicateClientOrderIds) {
      await this.parts.postpone(attempt.lease, OPERATOR_MS);
      return;
    }
    this.noteAbsent(attempt);
    await this.parts.retry(attempt.lease);
  }
}

/** A report as message: its id follows from the venue's event, so the same report is the same message. */
export function messageOf(teamId: Id, report: BrokerReport): Message {
  const { broker, venueEventId } = report.payload;
  const key = `${broker}/${venueEventId}`;
  return { id: deriveId(report.type, broker, venueEventId), teamId, key, ...report } as Message;
}

export function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
