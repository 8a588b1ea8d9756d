import { randomBytes } from 'node:crypto';
import { type Clock, InvariantError } from '@keelson/kernel';
import type { Book } from './book.ts';
import { logLine } from './records.ts';
import type { VenueLog } from './venue-log.ts';

/** The log cannot be what this venue wrote: guessing would invent or lose orders, so the venue does not start. */
export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError';
}

export interface Rebuilt {
  readonly logId: string;
  readonly orders: number;
  readonly events: number;
  /** Bytes of a torn last line that were cut off; nothing in them had been answered. */
  readonly tornBytes: number;
}

/**
 * Reads the whole log into the book; an empty log gets its header. Throws DamagedLogError with the line number when a
 * complete line is not one of ours or contradicts the lines before it.
 */
export function rebuild(log: VenueLog, book: Book, clock: Clock): Rebuilt {
  let logId: string | undefined;
  const tornBytes = log.rebuild((text, lineNumber) => {
    try {
      const line = logLine.parse(JSON.parse(text));
      if (line.kind === 'log') logId ??= line.log;
      else book.apply(line);
    } catch (cause) {
      const why = cause instanceof InvariantError ? cause.message : 'it is not a line that this venue writes';
      throw new DamagedLogError(
        `Line ${lineNumber} of PAPER_LOG_FILE is damaged: ${why}. Restore the file, or move it away to start an empty venue.`,
        { cause },
      );
    }
  });
  const at = clock.now().toISOString();
  if (logId === undefined) {
    if (book.orderCount > 0)
      throw new DamagedLogError('PAPER_LOG_FILE has no header line. Restore the file, or move it away.');
    logId = randomBytes(4).toString('hex');
    log.append(JSON.stringify({ kind: 'log', log: logId, at }));
    log.append(JSON.stringify({ kind: 'seed', seed: book.prices.seed, at }));
  }
  if (tornBytes > 0)
    log.append(JSON.stringify({ kind: 'note', text: `cut off a torn last line of ${tornBytes} bytes`, at }));
  return { logId, orders: book.orderCount, events: book.lastSeq, tornBytes };
}
