import type { Channel, FrameHint } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { Receiver } from './frame-batch.ts';
import type { StreamLog } from './stream.store.ts';
import { Subscription, type SubscriptionStart } from './subscription.ts';
import { TeamFeed } from './team-feed.ts';

/** Teams that are read side by side; the rest of the pool stays free for catch-ups. */
const READS_AT_ONCE = 4;

/** What one client does on the stream of its team. */
export class ClientStream {
  readonly #feed: TeamFeed;
  readonly #receiver: Receiver;
  readonly #release: () => void;
  readonly #subscriptions = new Map<Channel, Subscription>();

  constructor(feed: TeamFeed, receiver: Receiver, release: () => void) {
    this.#feed = feed;
    this.#receiver = receiver;
    this.#release = release;
  }

  /** The epoch of the team's log. Rejects when Postgres is away. */
  async epoch(): Promise<string> {
    return this.#feed.epoch || (await this.#feed.refresh()).epoch;
  }

  /** Starts, or starts anew, on a channel. Resolves when the client is live on it; rejects when Postgres is away. */
  subscribe(channel: Channel, start: SubscriptionStart): Promise<void> {
    this.unsubscribe(channel);
    const subscription = new Subscription(channel, this.#feed, this.#receiver);
    this.#subscriptions.set(channel, subscription);
    return subscription.start(start);
  }

  unsubscribe(channel: Channel): void {
    this.#subscriptions.get(channel)?.end();
    this.#subscriptions.delete(channel);
  }

  close(): void {
    for (const subscription of this.#subscriptions.values()) subscription.end();
    this.#subscriptions.clear();
    this.#release();
  }
}

/** Every team that has clients at this process, and their frames. A team without clients costs nothing. */
export class FanOut {
  readonly #log: StreamLog;
  readonly #onReadFailure: (error: unknown) => void;
  readonly #teams = new Map<Id, { readonly feed: TeamFeed; clients: number }>();

  constructor(log: StreamLog, onReadFailure: (error: unknown) => void) {
    this.#log = log;
    this.#onReadFailure = onReadFailure;
  }

  /** A client of a team; close it when the client goes. */
  attach(teamId: Id, receiver: Receiver): ClientStream {
    const team = this.#teams.get(teamId) ?? { feed: this.#newFeed(teamId), clients: 0 };
    this.#teams.set(teamId, team);
    team.clients += 1;
    return new ClientStream(team.feed, receiver, () => {
      team.clients -= 1;
      if (team.clients > 0) return;
      team.feed.close();
      this.#teams.delete(teamId);
    });
  }

  /** Frames that a step has committed and sent around. */
  accept(hint: FrameHint): void {
    this.#teams.get(hint.teamId)?.feed.accept(hint.frames);
  }

  /** Looks in Postgres for what no hint told, for each team that has clients. Never rejects. */
  async refresh(): Promise<void> {
    const waiting = [...this.#teams.values()];
    const readNext = async () => {
      for (let team = waiting.pop(); team; team = waiting.pop()) {
        await team.feed.refresh().catch(this.#onReadFailure);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, readNext));
  }

  #newFeed(teamId: Id): TeamFeed {
    return new TeamFeed({ teamId, log: this.#log, onReadFailure: this.#onReadFailure });
  }
}
