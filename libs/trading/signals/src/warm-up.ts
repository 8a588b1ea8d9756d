import { randomUUID } from 'node:crypto';
import { newId } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { dedupeKey } from './dedupe.ts';
import { maskedBody, parseAlert, readEnvelope } from './parse-alert.ts';
import { acceptSignal } from './signals.store.ts';

/** So often the pure part runs: enough for V8 to have compiled it. */
const ROUNDS = 300;

/** Opening many connections at once may take longer than a request would wait for one; those that opened stay open. */
const ATTEMPTS = 5;

/** SQLSTATE foreign_key_violation: how the rehearsed statement is bound to end. */
const FOREIGN_KEY = '23503';

/** Ends the transaction of the rehearsal; nothing of it is kept. */
class Rehearsed extends Error {}

/**
 * Runs the accept path against warm code before the first sender comes: the parser until it is compiled, and the
 * statement once on each of `connections`, so that Postgres has parsed and planned it there. Each transaction belongs to a
 * team that does not exist and is rolled back.
 */
export async function warmUp(database: Database, connections: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) rehearsedAlert(round);
  for (let attempt = 1; ; attempt += 1) {
    const outcomes = await Promise.allSettled(Array.from({ length: connections }, () => rehearse(database)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return;
    if (attempt === ATTEMPTS) throw failed.reason;
  }
}

function rehearsedAlert(round: number) {
  const text = `{"key":"rehearsal-key","ticker":"NQ1!","action":"buy","quantity":1.${round},"price":"18000.25",
    "order_id":"rehearsal","time":"2026-01-01T00:00:00Z"}`;
  const envelope = readEnvelope(Buffer.from(text));
  if ('outcome' in envelope) throw new Error(envelope.message);
  const alert = parseAlert(envelope);
  if ('outcome' in alert) throw new Error(alert.message);
  return { alert, body: maskedBody(envelope) };
}

function allowForeignKey(error: Error & { code?: string }): void {
  if (error.code !== FOREIGN_KEY) throw error;
}

async function rehearse(database: Database): Promise<void> {
  const nobody = newId();
  const bodySha256 = Buffer.alloc(32);
  const ids = { signalId: newId(), receiptId: newId(), messageId: newId(), accountId: nobody, webhookKeyId: nobody };
  try {
    await database.transaction(nobody, async (tx) => {
      const { alert, body } = rehearsedAlert(1);
      // The account does not exist, so the statement ends in its foreign key: after all of it was planned and run.
      await acceptSignal(tx, {
        ...ids,
        teamId: nobody,
        strategy: 'rehearsal',
        source: 'rehearsal',
        contentType: 'application/json',
        body,
        bodySha256,
        dedupe: dedupeKey(randomUUID(), bodySha256),
        symbol: 'rehearsal',
        alert,
        legs: undefined,
      }).catch(allowForeignKey);
      throw new Rehearsed();
    });
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error;
  }
}
