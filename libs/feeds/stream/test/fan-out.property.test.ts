import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Channel, EventFrame } from '@keelson/contracts';
import { newId } from '@keelson/kernel';
import fc from 'fast-check';
import { FanOut } from '../src/fan-out.ts';
import { ClientInMemory, range } from './client-in-memory.ts';
import { LogInMemory } from './log-in-memory.ts';

const teamId = newId();
const channels = ['orders', 'trades'] as const satisfies readonly Channel[];

/** One move of the world around the fan-out. */
const move = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const), channel: fc.constantFrom(...channels) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('hint' as const), pick: fc.nat(50), keep: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), pick: fc.nat(50) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), pick: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('poll' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), back: fc.option(fc.nat(12)) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), pick: fc.nat(10) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(1, 5, 250) }) },
);
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

interface Joined {
  readonly client: ClientInMemory;
  readonly channel: Channel;
  readonly since: number | undefined;
  readonly leave: () => void;
  left: boolean;
}

/** Plays moves, then lets everything that is under way come to its end. */
class World {
  readonly log = new LogInMemory();
  readonly failures: unknown[] = [];
  readonly fanOut = new FanOut(this.log, (error) => this.failures.push(error));
  readonly clients: Joined[] = [];
  /** Hints that are on their way, in no order. */
  readonly hints: EventFrame[] = [];

  async play(moves: readonly Move[]): Promise<void> {
    for (const next of moves) await this.#step(next);
    await this.settle();
  }

  /** Commits, polls and clients stop; reads and timers go on until nothing is left to do. */
  async settle(): Promise<void> {
    this.log.immediate = true;
    while (this.log.answerOne(0)) await jest.advanceTimersByTimeAsync(1);
    void this.fanOut.refresh();
    await jest.advanceTimersByTimeAsync(2_000);
  }

  async #step(next: Move): Promise<void> {
    if (next.do === 'commit') this.hints.push(this.log.commit(next.channel));
    else if (next.do === 'hint') this.#hint(next.pick, next.keep);
    else if (next.do === 'lose') this.hints.splice(next.pick % (this.hints.length + 1), 1);
    else if (next.do === 'answer') this.log.answerOne(next.pick);
    else if (next.do === 'poll') void this.fanOut.refresh();
    else if (next.do === 'join') this.#join(next.back);
    else if (next.do === 'leave') this.#leave(next.pick);
    else await jest.advanceTimersByTimeAsync(next.ms);
    await jest.advanceTimersByTimeAsync(0);
  }

  #hint(pick: number, keep: boolean): void {
    if (this.hints.length === 0) return;
    const index = pick % this.hints.length;
    this.fanOut.accept({ teamId, frames: [this.hints[index]!] });
    // A hint that is kept comes again: carriers double.
    if (!keep) this.hints.splice(index, 1);
  }

  #join(back: number | null): void {
    const channel = channels[this.clients.length % channels.length]!;
    const since = back === null ? undefined : Math.max(this.log.lastOf(channel) - back, 0);
    const client = new ClientInMemory();
    const stream = this.fanOut.attach(teamId, client);
    stream.subscribe(channel, { since }).catch((error) => this.failures.push(error));
    this.clients.push({ client, channel, since, leave: () => stream.close(), left: false });
  }

  #leave(pick: number): void {
    const joined = this.clients[pick % (this.clients.length || 1)];
    if (!joined || joined.left) return;
    joined.left = true;
    joined.leave();
  }
}

function firstOffsetOf({ client, since }: Joined): number | undefined {
  const subscribed = client.told.find((frame) => frame.type === 'subscribed');
  return since ?? (subscribed?.type === 'subscribed' ? subscribed.offset : undefined);
}

describe('fan-out under any interleaving', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('gives every client every offset after its own exactly once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 120 }), async (moves) => {
        const world = new World();
        await world.play(moves);
        expect(world.failures).toEqual([]);
        for (const joined of world.clients) {
          const from = firstOffsetOf(joined);
          const seen = joined.client.offsets(joined.channel);
          if (!joined.left) expect(from).toBeDefined();
          expect(joined.client.told.filter((frame) => frame.type === 'resync')).toEqual([]);
          const last = joined.left ? (seen.at(-1) ?? 0) : world.log.lastOf(joined.channel);
          expect(seen).toEqual(seen.length === 0 && joined.left ? [] : range((from ?? 0) + 1, last));
        }
      }),
      { numRuns: 300 },
    );
  });
});
