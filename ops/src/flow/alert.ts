import { randomUUID } from 'node:crypto';
import { webhookAccepted } from '@keelson/contracts';
import { exitCode, Failure, messageOf } from '../framework/failure.ts';
import type { DemoAccess } from './access.ts';

/** What an alert of TradingView says beside its key. */
export interface Alert {
  readonly ticker: string;
  readonly action: 'buy' | 'sell';
  readonly quantity: string;
  readonly price: string;
}

export interface SentAlert {
  readonly signalId: string;
  /** Milliseconds since 1970 by this machine's clock, with fractions: before the request went out. */
  readonly sentAt: number;
  /** Milliseconds from there to the answer. */
  readonly acceptedMs: number;
}

const WITHIN_MS = 10_000;

/** This machine's clock with a resolution below a millisecond. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Body of an alert with an id of its own, so that it is never taken for a repetition. */
export function alertBody(access: DemoAccess, alert: Alert): string {
  const time = new Date().toISOString();
  return JSON.stringify({ key: access.webhook_key, ...alert, order_id: 'keelson signal', id: randomUUID(), time });
}

/** Sends an alert as TradingView does. Throws a Failure that repeats the server's words, never the key. */
export async function sendAlert(access: DemoAccess, alert: Alert): Promise<SentAlert> {
  const sentAt = now();
  const answer = await fetch(access.webhook_url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: alertBody(access, alert),
    signal: AbortSignal.timeout(WITHIN_MS),
  }).catch((error: Error) => {
    throw new Failure(`The webhook at ${access.webhook_url} does not answer: ${messageOf(error.cause ?? error)}`, {
      code: exitCode.resource,
      fix: 'keelson status shows what is down; npm start repairs it',
      cause: error,
    });
  });
  const acceptedMs = now() - sentAt;
  const text = await answer.text();
  if (answer.status !== 202) {
    throw new Failure(`The webhook refused the alert with ${answer.status}: ${text.slice(0, 500)}`, {
      code: answer.status === 401 ? exitCode.authentication : exitCode.failure,
      fix: answer.status < 500 ? 'correct what it names' : 'keelson logs api tells more',
    });
  }
  return { signalId: webhookAccepted.parse(JSON.parse(text)).signal_id, sentAt, acceptedMs };
}
