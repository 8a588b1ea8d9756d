import { consumersOf, flow, messageSchemas, type Message, type Step, type StepName } from '@keelson/contracts';
import { type Id, invariant } from '@keelson/kernel';
import type { Database, Tx } from '@keelson/persistence';
import { failMessage } from './dead-letters.store.ts';
import { describeError, RETRY_CODES, speaksAgainstMessage } from './failure.ts';
import { deleteMessage, insertMessage, postponeMessage, takeMessage } from './outbox.store.ts';
import { GroupCommit } from './group-commit.ts';
import type { Owner } from './owner.ts';
import type { Probe, StepHandler, StepWork, WakeUp } from './step.ts';

const RETRY_LIMIT = 3;

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

/** Messages that come from outside of a transaction: what a venue answered, said on its stream, or has in its books. */
export interface Emission {
  readonly step: 'route' | 'replace' | 'cancel' | 'listen' | 'reconcile';
  readonly teamId: Id;
  readonly signalId: Id;
  readonly messages: readonly Message[];
  /** The lease under which they were obtained: without it, or after it was lost, nothing is written. */
  readonly lease?: WakeUp & { readonly fence: string };
  /** False while the step goes on (an unknown outcome is recorded, then resolved); else its waiting message ends here. */
  readonly endsLease?: boolean;
}

/** One commit: where it starts, and what happens in it once the reads are back. */
interface Commit {
  readonly step: StepName;
  readonly teamId: Id;
  readonly signalId: Id;
  readonly waiting: (WakeUp & { readonly fence?: string }) | undefined;
  readonly reads: readonly StepHandler[];
  readonly act: (message: Message | undefined, contexts: Contexts, work: StepWork) => void;
}

type Contexts = ReadonlyMap<StepName, unknown>;

/** What a commit has read. */
interface ReadCommit {
  readonly commit: Commit;
  readonly message: Message | undefined;
  readonly contexts: Contexts;
}

/** What a commit leaves to do; undefined when its message was done already, or somebody else's. */
type Outcome = readonly AfterCommit[] | undefined;

/**
 * Runs steps: locks the message, reads what its step and the neighbours in this process need in one round trip, lets
 * them decide, and commits effects, emitted messages and the end of the consumed one together.
 */
export class FlowRunner {
  readonly #options: FlowRunnerOptions;
  readonly #handlers: ReadonlyMap<StepName, StepHandler>;
  readonly #reach = new Map<StepName, readonly StepHandler[]>();
  /** What comes from outside, and what waits here: neither stands behind the other. */
  readonly #emissions = new GroupCommit<Commit, Outcome>((group) => this.#together(group));
  readonly #waiting = new GroupCommit<Commit, Outcome>((group) => this.#together(group));

  constructor(options: FlowRunnerOptions) {
    this.#options = options;
    this.#handlers = new Map(options.handlers.map((handler) => [handler.step, handler]));
  }

  /** The steps that this process runs. */
  get steps(): readonly StepName[] {
    return [...this.#handlers.keys()];
  }

  /**
   * Runs a waiting message to its end in this process; false when it is done already, or not for here. Those of a team that
   * come at once share a commit, if their step allows for it.
   */
  async runWaiting(wakeUp: WakeUp & { readonly fence?: string }): Promise<boolean> {
    const { step, teamId, signalId } = wakeUp;
    // All processes hear one queue: a message for a step that runs elsewhere is left to the sweep there.
    if (!this.#handlers.has(step)) return false;
    try {
      const outcome = await this.#commit({
        ...{ step, teamId, signalId },
        waiting: wakeUp,
        reads: this.#reachable(step),
        act: (message, contexts, work) => {
          this.#handle(parsed(message!), step, contexts, work);
          this.#finish(contexts, work);
          if (!this.#handlers.get(step)?.endsLater) deleteMessage(work.tx, wakeUp.outboxId, step);
        },
      });
      return await goOn(outcome);
    } catch (error) {
      await this.#fail(wakeUp, error);
      throw error;
    }
  }

  /**
   * Hands messages from outside to the steps that consume them; false when the lease they came under was lost. Those of a
   * team that come at once share a commit.
   */
  async emit(emission: Emission): Promise<boolean> {
    const { step, teamId, signalId, lease } = emission;
    const outcome = await this.#emissions.add({
      ...{ step, teamId, signalId },
      waiting: lease,
      reads: this.#reachable(step).filter((handler) => handler.step !== step),
      act: (_, contexts, work) => {
        for (const message of emission.messages) this.#passOn(message, contexts, work);
        this.#finish(contexts, work);
        if (lease && emission.endsLease !== false) deleteMessage(work.tx, lease.outboxId, lease.step);
      },
    });
    return goOn(outcome);
  }

  #commit(commit: Commit): Promise<Outcome> {
    return this.#handlers.get(commit.step)!.together ? this.#waiting.add(commit) : this.#alone(commit);
  }

  /** Leaves a waiting message alone for a while; the sweep takes it up again. */
  async postpone(wakeUp: WakeUp, forMs: number): Promise<void> {
    if (!this.#options.owner.alive) return;
    const { number } = this.#options.owner;
    await this.#options.database
      .transaction(wakeUp.teamId, async (tx) => postponeMessage(tx, wakeUp, number, forMs))
      // Postgres is away: the lease, or the lack of one, leaves the message to the sweep.
      .catch(() => undefined);
  }

  /** A message that fails waits longer each time, and is put aside in the end: it must neither spin nor hold up others. */
  async #fail(wakeUp: WakeUp, error: unknown): Promise<void> {
    if (!this.#options.owner.alive) return;
    const failing = {
      ...{ owner: this.#options.owner.number, counts: speaksAgainstMessage(error), error: describeError(error) },
      // Such a step calls a venue after its commit: its message is all that knows of an order that may be there.
      mayDie: this.#handlers.get(wakeUp.step)?.endsLater !== true,
    };
    await this.#options.database
      .transaction(wakeUp.teamId, (tx) => failMessage(tx, wakeUp, failing))
      // Postgres is away: the lease, or the lack of one, leaves the message to the sweep.
      .catch(() => undefined);
  }

  /** One commit for a group. Where it fails, one of them may be at fault: each is committed for itself. */
  async #together(group: readonly Commit[]): Promise<readonly PromiseSettledResult<Outcome>[]> {
    if (group.length > 1) {
      try {
        return (await this.#attempt(group)).map((value) => ({ status: 'fulfilled', value }));
      } catch {
        // What is wrong, and whose fault it is, shows when they are alone.
      }
    }
    return Promise.allSettled(group.map((commit) => this.#alone(commit)));
  }

  async #alone(commit: Commit): Promise<Outcome> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.#attempt([commit]))[0];
      } catch (error) {
        if (!RETRY_CODES.has((error as { code?: string }).code ?? '') || attempt === RETRY_LIMIT) throw error;
      }
    }
  }

  /** One transaction for different signals of one team, in an order of signals that all processes share. */
  async #attempt(group: readonly Commit[]): Promise<readonly Outcome[]> {
    const { database, probe, observe } = this.#options;
    const started = performance.now();
    const outcomes = await database.transaction(group[0]!.teamId, (tx) => this.#readThenAct(tx, group));
    await Promise.all(group.map(({ step }) => probe?.('after-commit', step)));
    for (const { step } of group) observe?.(step, performance.now() - started);
    return outcomes;
  }

  async #readThenAct(tx: Tx, group: readonly Commit[]): Promise<readonly Outcome[]> {
    const found = await Promise.all(this.#read(tx, group));
    const outcomes = new Map<Commit, Outcome>();
    for (const { commit, message, contexts } of found) {
      if (commit.waiting && !message) continue;
      const { teamId, signalId } = commit;
      const after: AfterCommit[] = [];
      tx.inLane(signalId, () =>
        commit.act(message, contexts, { tx, teamId, signalId, afterCommit: (action) => after.push(action) }),
      );
      outcomes.set(commit, after);
    }
    await Promise.all([...outcomes.keys()].map(({ step }) => this.#options.probe?.('before-commit', step)));
    return group.map((commit) => outcomes.get(commit));
  }

  /**
   * Issues all reads of a group at once. Each kind of row is locked for all signals before the next kind, and in the same
   * order everywhere: two groups of two processes then wait for each other at most one way.
   */
  #read(tx: Tx, group: readonly Commit[]): readonly Promise<ReadCommit>[] {
    const sorted = group.toSorted((left, right) => (left.signalId < right.signalId ? -1 : 1));
    const parts = sorted.map((commit) => ({
      commit,
      message: tx.inLane(
        commit.signalId,
        () => commit.waiting && takeMessage(tx, commit.waiting, commit.waiting.fence),
      ),
      reads: [] as Promise<readonly [StepName, unknown]>[],
    }));
    for (const handler of this.#options.handlers) {
      for (const { commit, reads } of parts) {
        if (!commit.reads.includes(handler)) continue;
        const read = tx.inLane(commit.signalId, () => handler.prefetch(tx, commit.signalId, commit.step));
        reads.push(read.then((context) => [handler.step, context] as const));
      }
    }
    return parts.map(async ({ commit, message, reads }) => {
      const [taken, ...contexts] = await Promise.all([message, ...reads]);
      return { commit, message: taken, contexts: new Map(contexts) };
    });
  }

  /** Hands a message to one step, and what that emits to every step that consumes it. */
  #handle(message: Message, step: StepName, contexts: Contexts, work: StepWork): void {
    const handler = this.#handlers.get(step);
    invariant(handler && contexts.has(step), `Step ${step} runs here and has read what it needs`);
    for (const emitted of handler.handle(message, contexts.get(step), work)) this.#passOn(emitted, contexts, work);
  }

  /** Lets each step of this commit say what follows from all of its messages together. */
  #finish(contexts: Contexts, work: StepWork): void {
    for (const [step, context] of contexts) {
      const finished = this.#handlers.get(step)?.finish?.(context, work) ?? [];
      for (const message of finished) {
        if (rowOf(step).defers?.includes(message.type)) this.#leave(message, work);
        else this.#passOn(message, contexts, work);
      }
    }
  }

  /** To the steps that consume a message: in this commit where that is possible, through the outbox where not. */
  #passOn(message: Message, contexts: Contexts, work: StepWork): void {
    for (const step of consumersOf(message.type)) {
      const fused =
        this.#options.fuse && contexts.has(step) && !this.#handlers.get(step)?.alone?.includes(message.type);
      if (fused) this.#handle(message, step, contexts, work);
      else this.#leaveFor(step, message, work);
    }
  }

  #leave(message: Message, work: StepWork): void {
    for (const step of consumersOf(message.type)) this.#leaveFor(step, message, work);
  }

  #leaveFor(step: StepName, message: Message, { tx, teamId, signalId, afterCommit }: StepWork): void {
    insertMessage(tx, message, step, signalId);
    afterCommit(() => this.#options.wake({ outboxId: message.id, step, teamId, signalId }));
  }

  /** The steps of this process that a message of `step` can reach within one commit. */
  #reachable(step: StepName): readonly StepHandler[] {
    const known = this.#reach.get(step);
    if (known) return known;
    const found = new Set<StepName>([step]);
    if (this.#options.fuse) {
      for (const name of found) {
        if (this.#handlers.get(name)?.endsLater && name !== step) continue;
        const { emits, defers } = rowOf(name);
        for (const type of emits) {
          if (type === 'frame' || defers?.includes(type)) continue;
          for (const consumer of consumersOf(type)) if (this.#handlers.has(consumer)) found.add(consumer);
        }
      }
    }
    const handlers = [...found].map((name) => this.#handlers.get(name)).filter((handler) => handler !== undefined);
    this.#reach.set(step, handlers);
    return handlers;
  }
}

/** What is left to do after a commit; false when there was nothing for it to do. */
async function goOn(outcome: Outcome): Promise<boolean> {
  if (!outcome) return false;
  // Side by side: the legs of a spread are sent together, and neither waits for what a venue says of the other.
  await Promise.all(outcome.map((action) => action()));
  return true;
}

function rowOf(name: StepName): Step {
  return flow.find(({ step }) => step === name)!;
}

/** A message from the outbox was written by another version of this code, maybe: it is checked again. */
function parsed(message: Message): Message {
  return { ...message, payload: messageSchemas[message.type].parse(message.payload) } as Message;
}
