import { milliseconds } from '@keelson/kernel';
import type { Metrics } from '@keelson/runtime';
import { closeCode } from './close-code.ts';
import type { Connection } from './connection.ts';
import type { ConnectionLimits } from './limits.ts';

/** How long clients get to take note that the process goes away. */
const GOODBYE_MS = 2_000;

const GOING_AWAY = 'this instance is going away; resume elsewhere';

/** Every connection of this process: places per user, heartbeats, re-validation, and the orderly end. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #metrics: Metrics;
  readonly #all = new Map<Connection, { userId?: string }>();
  readonly #perUser = new Map<string, number>();
  #heartbeat: NodeJS.Timeout | undefined;
  #onEmpty: (() => void) | undefined;
  #leaving = false;

  constructor(limits: ConnectionLimits, metrics: Metrics) {
    this.#limits = limits;
    this.#metrics = metrics;
    this.#metrics.set('keelson_stream_connections', {}, 0);
  }

  get size(): number {
    return this.#all.size;
  }

  start(): void {
    this.#heartbeat = setInterval(() => this.#visitAll(), milliseconds(this.#limits.heartbeatEvery));
  }

  stop(): void {
    clearInterval(this.#heartbeat);
  }

  add(connection: Connection): void {
    this.#all.set(connection, {});
    this.#metrics.set('keelson_stream_connections', {}, this.#all.size);
    if (this.#leaving) connection.end(closeCode.goingAway, GOING_AWAY);
  }

  /** Gives the connection a place of its user; false when the user has no more. */
  admit(connection: Connection, userId: string): boolean {
    const taken = this.#perUser.get(userId) ?? 0;
    const entry = this.#all.get(connection);
    if (taken >= this.#limits.perUser || !entry) return false;
    entry.userId = userId;
    this.#perUser.set(userId, taken + 1);
    return true;
  }

  /** The connection is closed; its place is free. */
  remove(connection: Connection): void {
    const entry = this.#all.get(connection);
    if (!entry) return;
    this.#all.delete(connection);
    this.#metrics.set('keelson_stream_connections', {}, this.#all.size);
    if (entry.userId !== undefined) this.#freePlace(entry.userId);
    if (this.#all.size === 0) this.#onEmpty?.();
  }

  /** Tells every client to resume elsewhere and waits until they are gone, two seconds at most. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.closeAll();
    if (this.#all.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      timer = setTimeout(resolve, GOODBYE_MS);
    });
    clearTimeout(timer);
    for (const connection of this.#all.keys()) connection.cut();
  }

  /** Sends every client elsewhere. */
  closeAll(): void {
    for (const connection of this.#all.keys()) connection.end(closeCode.goingAway, GOING_AWAY);
  }

  #freePlace(userId: string): void {
    const left = (this.#perUser.get(userId) ?? 1) - 1;
    if (left > 0) this.#perUser.set(userId, left);
    else this.#perUser.delete(userId);
  }

  #visitAll(): void {
    const now = performance.now();
    for (const connection of this.#all.keys()) {
      connection.heartbeat();
      void connection.revalidate(now);
    }
  }
}
