/** What goes first when requests are short: an order that shall not stand any more, before a question, before a new order. */
export type Urgency = 'cancel' | 'query' | 'submit';

const URGENCIES: readonly Urgency[] = ['cancel', 'query', 'submit'];
const MINUTE_MS = 60_000;
/** Parts of the allowance that only what is more urgent may use. */
const KEPT_FROM: Record<Urgency, number> = { cancel: 0, query: 0.05, submit: 0.15 };

interface Waiting {
  readonly before: number;
  readonly go: (mayGo: boolean) => void;
}

/** What the venue says in the headers of each answer, about this account's requests from anywhere. */
export interface Allowance {
  readonly remaining: number;
  /** Milliseconds since 1970. */
  readonly resetAt: number;
}

/**
 * Keeps requests within what the venue allows per minute. In any minute at most so many are let go; the rest waits,
 * cancels first, then queries, then submissions, each until the moment it is good for. What others use of the same
 * account's allowance is learnt from the venue's headers.
 */
export class RequestSchedule {
  readonly #limit: number;
  readonly #waiting: Record<Urgency, Waiting[]> = { cancel: [], query: [], submit: [] };
  readonly #heldUntil: Record<Urgency, number> = { cancel: 0, query: 0, submit: 0 };
  /** Times of the requests of the last minute, oldest first. */
  readonly #sent: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(requestsPerMinute: number) {
    this.#limit = requestsPerMinute;
  }

  /** True when a request may leave now; false once `before` (milliseconds since 1970) has come without that. */
  turn(urgency: Urgency, before: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting[urgency].push({ before, go: resolve });
      this.#pump();
    });
  }

  /** The venue refused a request as one too many: nothing goes until then. */
  refusedUntil(resetAt: number): void {
    for (const urgency of URGENCIES) this.#heldUntil[urgency] = Math.max(this.#heldUntil[urgency], resetAt);
  }

  /** Holds back what the rest of the allowance is not for. */
  heard({ remaining, resetAt }: Allowance): void {
    for (const urgency of URGENCIES) {
      if (remaining <= this.#limit * KEPT_FROM[urgency])
        this.#heldUntil[urgency] = Math.max(this.#heldUntil[urgency], resetAt);
    }
  }

  /** Nothing goes any more; what waits is told so. */
  close(): void {
    clearTimeout(this.#timer);
    for (const urgency of URGENCIES) for (const { go } of this.#waiting[urgency].splice(0)) go(false);
  }

  #pump(): void {
    const now = Date.now();
    while (this.#sent.length > 0 && this.#sent[0]! <= now - MINUTE_MS) this.#sent.shift();
    for (const urgency of URGENCIES) {
      const waiting = this.#waiting[urgency];
      this.#dropLate(waiting, now);
      while (waiting.length > 0 && this.#opensAt(urgency, now) <= now) {
        this.#sent.push(now);
        waiting.shift()!.go(true);
      }
    }
    this.#sleep(now);
  }

  #dropLate(waiting: Waiting[], now: number): void {
    for (const late of waiting.filter(({ before }) => before <= now)) {
      waiting.splice(waiting.indexOf(late), 1);
      late.go(false);
    }
  }

  /** When the next request of this urgency may leave, as far as is known now. */
  #opensAt(urgency: Urgency, now: number): number {
    const allowed = Math.max(1, Math.floor(this.#limit * (1 - KEPT_FROM[urgency])));
    const over = this.#sent.length - allowed;
    return Math.max(this.#heldUntil[urgency], over < 0 ? now : this.#sent[over]! + MINUTE_MS);
  }

  #sleep(now: number): void {
    clearTimeout(this.#timer);
    const moments = URGENCIES.filter((urgency) => this.#waiting[urgency].length > 0).flatMap((urgency) => [
      this.#opensAt(urgency, now),
      ...this.#waiting[urgency].map(({ before }) => before),
    ]);
    if (moments.length === 0) return;
    this.#timer = setTimeout(() => this.#pump(), Math.max(1, Math.min(...moments) - now));
  }
}
