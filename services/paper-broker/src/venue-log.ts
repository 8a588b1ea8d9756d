import { closeSync, fdatasync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isEventLine } from './records.ts';

const flushToDisk = promisify(fdatasync);
const REBUILD_CHUNK_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

interface Written {
  /** The events of this write, in order of `seq`, as lines of the log. */
  readonly events: readonly string[];
}

/**
 * The venue's memory: an append-only file of JSON lines. Invariants: a line is in the file before anything that tells of
 * it leaves the process; lines that are appended in one turn of the event loop go out in one write; the offset of every
 * event is known, so that old events are read from the file and not held in memory.
 *
 * The page cache outlives the process, so kill -9 loses nothing that was answered. Only a crash of the machine can, and
 * `sync` is for those who rehearse that: it costs a disk flush per turn, which is why it is off by default.
 */
export class VenueLog {
  readonly #file: number;
  readonly #sync: boolean;
  readonly #listeners: ((written: Written) => void)[] = [];
  /** Byte offset of each event's line; index = seq - 1. */
  readonly #eventOffsets: number[] = [];
  #size = 0;
  #lines: string[] = [];
  #events: string[] = [];
  #batch: Promise<void> | undefined;
  #lastFlush: Promise<void> = Promise.resolve();
  #writtenSeq = 0;

  /** Opens or creates the file; `sync` flushes every write to the disk. Call `rebuild` before anything else. */
  constructor(path: string, sync: boolean) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'a+', 0o600);
    this.#sync = sync;
  }

  /** `seq` of the last event that is in the file. */
  get writtenSeq(): number {
    return this.#writtenSeq;
  }

  /** Calls `onLine` with each line of the file; cuts off a torn last line and returns its bytes (0 when there is none). */
  rebuild(onLine: (line: string, lineNumber: number) => void): number {
    const fileSize = fstatSync(this.#file).size;
    const chunk = Buffer.allocUnsafe(REBUILD_CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    let lineNumber = 0;
    for (let offset = 0; offset < fileSize;) {
      const length = readSync(this.#file, chunk, 0, chunk.length, offset);
      offset += length;
      const bytes = Buffer.concat([rest, chunk.subarray(0, length)]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
        const line = bytes.toString('utf8', start, end);
        lineNumber += 1;
        onLine(line, lineNumber);
        if (isEventLine(line)) this.#eventOffsets.push(this.#size);
        this.#size += end - start + 1;
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) ftruncateSync(this.#file, this.#size);
    this.#writtenSeq = this.#eventOffsets.length;
    return rest.length;
  }

  /** Queues a line. It is in the file when the promise of the next `written()` is fulfilled. */
  append(line: string): void {
    if (isEventLine(line)) {
      this.#eventOffsets.push(this.#size);
      this.#events.push(line);
    }
    this.#size += Buffer.byteLength(line) + 1;
    this.#lines.push(line);
    this.#batch ??= this.#scheduleFlush();
  }

  /** Fulfilled once everything appended so far is in the file (and on the disk, with `sync`). */
  written(): Promise<void> {
    return this.#batch ?? this.#lastFlush;
  }

  /** Called after each write, in order, before `written()` is fulfilled. */
  onWritten(listener: (written: Written) => void): void {
    this.#listeners.push(listener);
  }

  /** At most `limit` written events after `seq`, oldest first, as lines of the log. */
  readAfter(seq: number, limit: number): string[] {
    const last = Math.min(this.#writtenSeq, seq + limit);
    if (seq >= last) return [];
    const start = this.#eventOffsets[seq]!;
    const end = this.#eventOffsets[last] ?? this.#size;
    return this.#readLines(start, end)
      .filter(isEventLine)
      .slice(0, last - seq);
  }

  async close(): Promise<void> {
    await this.written();
    closeSync(this.#file);
  }

  #scheduleFlush(): Promise<void> {
    const previous = this.#lastFlush;
    this.#lastFlush = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.#flush(previous))
      .catch((error: unknown) => this.#fail(error));
    return this.#lastFlush;
  }

  async #flush(previous: Promise<void>): Promise<void> {
    if (this.#sync) await previous;
    const lines = this.#lines;
    const events = this.#events;
    this.#lines = [];
    this.#events = [];
    this.#batch = undefined;
    // A synchronous write into the page cache costs about 10 µs; a round through the thread pool costs several times that.
    let bytes = Buffer.from(`${lines.join('\n')}\n`);
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.#file, bytes));
    if (this.#sync) await flushToDisk(this.#file);
    this.#writtenSeq += events.length;
    if (events.length > 0) for (const listener of this.#listeners) listener({ events });
  }

  /** What is in memory may now be ahead of the file: only a restart, which rebuilds from the file, is right again. */
  #fail(error: unknown): Promise<void> {
    process.nextTick(() => {
      throw new Error(
        'The venue cannot write its log (PAPER_LOG_FILE): free disk space or mend the path, then restart',
        {
          cause: error,
        },
      );
    });
    return new Promise(() => {});
  }

  #readLines(start: number, end: number): string[] {
    const bytes = Buffer.allocUnsafe(end - start);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(this.#file, bytes, length, bytes.length - length, start + length);
      if (read === 0) break;
      length += read;
    }
    return bytes.toString('utf8', 0, length).split('\n');
  }
}
