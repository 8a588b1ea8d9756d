import { createHash } from 'node:crypto';
import {
  type RateLimiter,
  type RateLimitHeaders,
  webhookBucket,
  type WebhookKey,
  type WebhookKeys,
} from '@keelson/access';
import type { ErrorDetail, WebhookAccepted } from '@keelson/contracts';
import { deriveId, type Duration, invariant, milliseconds, newId } from '@keelson/kernel';
import type { WakeUpQueue } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import { dedupeKey } from './dedupe.ts';
import { type Alert, type Envelope, maskedBody, parseAlert, readEnvelope } from './parse-alert.ts';
import { refuse, type Refusal } from './refusal.ts';
import { type AcceptedRow, acceptSignal, findRepeated, type NewSignal, type SignalLeg } from './signals.store.ts';

/** One HTTP delivery, as it came. */
export interface Delivery {
  readonly source: string;
  /** The opaque id in the path, when the sender uses one: it must belong to the key in the body. */
  readonly pathId: string | undefined;
  readonly contentType: string;
  readonly body: Buffer;
}

/** `repeated` is answered exactly as `accepted`; callers see no difference, metrics do. */
export type Outcome =
  | { readonly outcome: 'accepted' | 'repeated'; readonly body: WebhookAccepted; readonly headers: RateLimitHeaders }
  | Refusal;

/** What the service is made from. */
export interface SignalsParts {
  readonly database: Database;
  readonly webhookKeys: WebhookKeys;
  readonly rateLimiter: RateLimiter;
  /** Our symbol for a ticker; undefined when no instrument has that name. */
  readonly findSymbol: (ticker: string) => Promise<string | undefined>;
  /** Tells the workers after the commit; what it loses, the sweep finds. */
  readonly wakeUps: Pick<WakeUpQueue, 'send'>;
}

/** Webhooks that are understood, by the `:source` of their address. */
const SOURCES: ReadonlySet<string> = new Set(['tradingview']);

/** A receipt's content type is the sender's text: keep it short. */
const LONGEST_CONTENT_TYPE = 100;

/**
 * Longest wait for a commit. Postgres that is down refuses at once; one that hangs would otherwise hold the sender beyond
 * the three seconds after which TradingView gives up, and it resends only what was answered with a 5xx.
 */
const COMMIT_WITHIN: Duration = '1 second';

/** Postgres took a delivery and does not answer. It may still commit; the sender's repetition then finds the signal. */
class NoAnswerFromPostgres extends Error {
  override readonly name = 'NoAnswerFromPostgres';
  readonly code = 'SERVICE_UNAVAILABLE';
  readonly details: readonly ErrorDetail[] = [];
}

/**
 * Step `receive` of the flow. A delivery is accepted when its dedupe row, receipt, signal and message are committed
 * together; before that nothing is answered, and for a wrong key nothing is written. Errors of Postgres and refusals of
 * the rate limiter (AccessRefused) are thrown.
 */
export class SignalsService {
  readonly #parts: SignalsParts;

  constructor(parts: SignalsParts) {
    this.#parts = parts;
  }

  async accept(delivery: Delivery): Promise<Outcome> {
    const { source, pathId } = delivery;
    if (!SOURCES.has(source)) {
      return refuse('unknown_source', `No webhook has this source; there is ${[...SOURCES].join(', ')}`);
    }
    const envelope = readEnvelope(delivery.body);
    if ('outcome' in envelope) return envelope;
    if (envelope.key === undefined) return refuseSender('"key" is missing');
    const webhookKey = await this.#parts.webhookKeys.resolve({ key: envelope.key, pathId });
    if (webhookKey === undefined) return refuseSender('"key" is not a valid webhook key for this address');
    const headers = await this.#parts.rateLimiter.admit(webhookBucket(webhookKey));
    const alert = parseAlert(envelope);
    if ('outcome' in alert) return alert;
    const symbol = await this.#parts.findSymbol(alert.ticker);
    if (symbol === undefined) return refuseTicker('ticker', alert.ticker);
    const legs = await this.#resolve(alert.legs);
    if (legs && 'outcome' in legs) return legs;
    const signal = newSignal(webhookKey, delivery, envelope, alert, symbol, legs);
    const { signal_id, fresh } = await within(COMMIT_WITHIN, this.#record(signal));
    return { outcome: fresh ? 'accepted' : 'repeated', body: { signal_id, status: 'accepted' }, headers };
  }

  /** The legs of a spread by our symbols. */
  async #resolve(legs: Alert['legs']): Promise<readonly SignalLeg[] | Refusal | undefined> {
    if (!legs) return undefined;
    const symbols = await Promise.all(legs.map(({ ticker }) => this.#parts.findSymbol(ticker)));
    const unknown = symbols.indexOf(undefined);
    if (unknown >= 0) return refuseTicker(`legs[${unknown}].ticker`, legs[unknown]!.ticker);
    return legs.map(({ side, quantity, price }, index) => ({ symbol: symbols[index]!, side, quantity, price }));
  }

  /** Commits, then wakes a worker: also when the sender has stopped waiting. */
  async #record(signal: NewSignal): Promise<AcceptedRow> {
    const { database, wakeUps } = this.#parts;
    let answer: Promise<AcceptedRow | undefined> | undefined;
    try {
      await database.transaction(signal.teamId, async (tx) => {
        // Not awaited here: COMMIT then travels in the same round trip.
        answer = acceptSignal(tx, signal);
        answer.catch(() => undefined);
      });
    } catch (error) {
      // The statement's own error says more than that the commit failed.
      await answer;
      throw error;
    }
    const row = (await answer) ?? (await database.transaction(signal.teamId, (tx) => findRepeated(tx, signal)));
    invariant(row !== undefined, 'A delivery that was not recorded is a repetition of one that was');
    if (row.fresh) {
      const { messageId: outboxId, teamId, signalId } = signal;
      wakeUps.send({ outboxId, step: 'decide', teamId, signalId });
    }
    return row;
  }
}

async function within<T>(limit: Duration, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new NoAnswerFromPostgres('Postgres does not answer; try again shortly')),
      milliseconds(limit),
    );
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

function refuseSender(message: string): Refusal {
  return refuse('unauthenticated', `The delivery is refused: ${message}`, [{ field: 'key', message }]);
}

function refuseTicker(field: string, ticker: string): Refusal {
  const message = `no instrument is known as "${ticker}"`;
  return refuse('unknown_symbol', `Unknown symbol: ${message}`, [{ field, message }]);
}

function newSignal(
  key: WebhookKey,
  delivery: Delivery,
  envelope: Envelope,
  alert: Alert,
  symbol: string,
  legs: readonly SignalLeg[] | undefined,
): NewSignal {
  const signalId = newId();
  const bodySha256 = createHash('sha256').update(delivery.body).digest();
  return {
    signalId,
    receiptId: newId(),
    messageId: deriveId('signal.received', signalId),
    teamId: key.teamId,
    accountId: key.accountId,
    webhookKeyId: key.webhookKeyId,
    strategy: key.strategy,
    source: delivery.source,
    contentType: delivery.contentType.slice(0, LONGEST_CONTENT_TYPE),
    body: maskedBody(envelope),
    bodySha256,
    dedupe: dedupeKey(alert.id, bodySha256),
    symbol,
    alert,
    legs,
  };
}
