import { copyFileSync, fstatSync, openSync, readSync, closeSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const ROTATE_AT_BYTES = 10 * 1024 * 1024;
const TAIL_BYTES = 16 * 1024;

export function logFile(folder: string, instance: string): string {
  return join(folder, `${instance}.log`);
}

/** Opens a log for a child. Append mode, so that the child goes on at the start after the file was emptied. */
export function openLog(file: string): number {
  return openSync(file, 'a', 0o600);
}

/**
 * Keeps a log and one older part. The child holds the file open (it must survive this process), so the file is copied
 * and emptied; lines written in between are lost, a few milliseconds' worth at 10 MiB.
 */
export function rotate(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats || stats.size < ROTATE_AT_BYTES) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file, 0);
}

/** The last lines of a log, for an error that a person reads; empty when there is no log. */
export function lastLines(file: string, count: number): string[] {
  if (!statSync(file, { throwIfNoEntry: false })) return [];
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  } finally {
    closeSync(descriptor);
  }
}

/** The supervisor's own log: one JSON object a line, on its standard output, which is a file. */
export function note(event: string, fields: Record<string, unknown> = {}): void {
  writeSync(1, `${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
}
