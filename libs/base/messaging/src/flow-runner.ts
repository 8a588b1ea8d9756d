import { consumersOf, flow, messageSchemas, type Message, type StepName } from '@keelson/contracts';
import { type Id, invariant } from '@keelson/kernel';
import type { Database, Tx } from '@keelson/persistence';
import { deleteMessage, insertMessage, postponeMessage, takeMessage } from './outbox.store.ts';
import type { Owner } from './owner.ts';
import type { Probe, StepHandler, StepWork, WakeUp } from './step.ts';

/** Errors that mean "somebody was faster": the same work, read again, comes to a new decision. */
const RETRY_CODES = new Set(['KE010', '23505', '40001', '40P01']);
const RETRY_LIMIT = 3;
const FIRST_BACKOFF_MS = 250;

type AfterCommit = () => Promise<void> | void;

export interface FlowRunnerOptions {
  readonly database: Database;
  readonly owner: Owner;
  /** The steps of this process, with their consumers. */
  readonly handlers: readonly StepHandler[];
  /** Wakes whoever runs a step that is not done in the same commit. */
  readonly wake: (wakeUp: WakeUp) => void;
  /** Neighbouring steps of this process share a commit; off, every message goes through outbox and wake-up. */
  readonly fuse: boolean;
  readonly probe?: Probe | undefined;
  readonly observe?: ((step: StepName, milliseconds: number) => void) | undefined;
}

/** What a run starts from: a waiting message, or reports that came from outside (a venue's stream). */
export interface Run {
  readonly step: StepName;
  readonly teamId: Id;
  readonly signalId: Id;
  /** The waiting message that this run consumes; its row is locked first. */
  readonly consumes?: WakeUp & { readonly fence?: string };
  /** The first messages; by default the consumed one. */
  readonly messages?: readonly Message[];
}

/**
 * Runs steps: locks the message, reads what its step and the neighbours in this process need in one round trip, lets
 * them decide, and commits effects, emitted messages and the end of the consumed one together.
 */
export class FlowRunner {
  readonly #options: FlowRunnerOptions;
  readonly #handlers: ReadonlyMap<StepName, StepHandler>;
  readonly #reach = new Map<StepName, readonly StepHandler[]>();

  constructor(options: FlowRunnerOptions) {
    this.#options = options;
    this.#handlers = new Map(options.handlers.map((handler) => [handler.step, handler]));
  }

  /** The steps that this process runs. */
  get steps(): readonly StepName[] {
    return [...this.#handlers.keys()];
  }

  /** Runs a waiting message to its end in this process; false when it is done already or somebody else's. */
  async runWaiting(wakeUp: WakeUp & { readonly fence?: string }): Promise<boolean> {
    try {
      return await this.run({ step: wakeUp.step, teamId: wakeUp.teamId, signalId: wakeUp.signalId, consumes: wakeUp });
    } catch (error) {
      await this.#postpone(wakeUp);
      throw error;
    }
  }

  /** Commits one run, then does what the steps left for after it. */
  async run(run: Run): Promise<boolean> {
    const after = await this.#commitWithRetries(run);
    if (!after) return false;
    for (const action of after) await action();
    return true;
  }

  async #commitWithRetries(run: Run): Promise<readonly AfterCommit[] | undefined> {
    const started = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const after: AfterCommit[] = [];
        const done = await this.#options.database.transaction(run.teamId, (tx) => this.#commitTogether(tx, run, after));
        if (!done) return undefined;
        await this.#options.probe?.('after-commit', run.step);
        this.#options.observe?.(run.step, performance.now() - started);
        return after;
      } catch (error) {
        if (!RETRY_CODES.has((error as { code?: string }).code ?? '') || attempt === RETRY_LIMIT) throw error;
      }
    }
  }

  async #commitTogether(tx: Tx, run: Run, after: AfterCommit[]): Promise<boolean> {
    const { consumes } = run;
    const taken = consumes && takeMessage(tx, consumes, consumes.fence);
    const reachable = this.#reachable(run.step);
    const contexts = new Map<StepName, unknown>();
    const reads = reachable.map(async (handler) => {
      contexts.set(handler.step, await handler.prefetch(tx, run.signalId));
    });
    const [message] = await Promise.all([taken, ...reads]);
    if (consumes && !message) return false;

    const work: StepWork = {
      tx,
      teamId: run.teamId,
      signalId: run.signalId,
      afterCommit: (action) => after.push(action),
    };
    const first = run.messages ?? [parsed(message!)];
    for (const emitted of first) this.#handle(emitted, run.step, contexts, work);
    if (consumes && !this.#handlers.get(consumes.step)?.endsLater) deleteMessage(tx, consumes.outboxId, consumes.step);
    await this.#options.probe?.('before-commit', run.step);
    return true;
  }

  /** Hands a message to one step, and what that emits to every step that consumes it. */
  #handle(message: Message, step: StepName, contexts: ReadonlyMap<StepName, unknown>, work: StepWork): void {
    const handler = this.#handlers.get(step);
    invariant(handler && contexts.has(step), `Step ${step} runs here and has read what it needs`);
    for (const emitted of handler.handle(message, contexts.get(step), work)) {
      for (const consumer of consumersOf(emitted.type)) this.#pass(emitted, consumer, contexts, work);
    }
  }

  #pass(message: Message, step: StepName, contexts: ReadonlyMap<StepName, unknown>, work: StepWork): void {
    if (this.#options.fuse && contexts.has(step)) {
      this.#handle(message, step, contexts, work);
      return;
    }
    insertMessage(work.tx, message, step, work.signalId);
    work.afterCommit(() =>
      this.#options.wake({ outboxId: message.id, step, teamId: work.teamId, signalId: work.signalId }),
    );
  }

  /** The steps of this process that a message of `step` can reach within one commit. */
  #reachable(step: StepName): readonly StepHandler[] {
    const known = this.#reach.get(step);
    if (known) return known;
    const found = new Set<StepName>([step]);
    if (this.#options.fuse) {
      for (const name of found) {
        if (this.#handlers.get(name)?.endsLater && name !== step) continue;
        for (const type of flow.find((row) => row.step === name)!.emits) {
          if (type === 'frame') continue;
          for (const consumer of consumersOf(type)) if (this.#handlers.has(consumer)) found.add(consumer);
        }
      }
    }
    const handlers = [...found].map((name) => this.#handlers.get(name)).filter((handler) => handler !== undefined);
    this.#reach.set(step, handlers);
    return handlers;
  }

  async #postpone(wakeUp: WakeUp): Promise<void> {
    if (!this.#options.owner.alive) return;
    const { number } = this.#options.owner;
    await this.#options.database
      .transaction(wakeUp.teamId, async (tx) => postponeMessage(tx, wakeUp, number, FIRST_BACKOFF_MS))
      // Postgres is away: the lease, or the lack of one, leaves the message to the sweep.
      .catch(() => undefined);
  }
}

/** A message from the outbox was written by another version of this code, maybe: it is checked again. */
function parsed(message: Message): Message {
  return { ...message, payload: messageSchemas[message.type].parse(message.payload) } as Message;
}
