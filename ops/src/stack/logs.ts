import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LogLine {
  readonly instance: string;
  readonly text: string;
}

const TAIL_BYTES = 1 << 20;
const LOOK_EVERY_MS = 200;

/** Names of the logs in a folder: of all processes, or of those with this service or instance name. */
export function logNames(folder: string, service: string | undefined): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  const names = readdirSync(folder).flatMap((file) => (file.endsWith('.log') ? [file.slice(0, -'.log'.length)] : []));
  const wanted = names.filter((name) => service === undefined || name === service || isReplica(name, service));
  return wanted.sort();
}

/** worker-2 is a replica of worker; paper-broker is none of paper. */
function isReplica(instance: string, service: string): boolean {
  return instance.startsWith(`${service}-`) && /^\d+$/.test(instance.slice(service.length + 1));
}

function readFrom(file: string, start: number): { text: string; end: number } {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    // A rotated log is emptied and begins anew.
    const from = size < start ? 0 : start;
    const buffer = Buffer.alloc(Math.min(size - from, TAIL_BYTES));
    const length = readSync(descriptor, buffer, 0, buffer.length, from);
    return { text: buffer.toString('utf8', 0, length), end: from + length };
  } finally {
    closeSync(descriptor);
  }
}

/** Milliseconds since 1970 of a line that says so (JSON logs do), for merging logs by time. */
function timeOf(text: string): number {
  const time = /"time(?:stamp)?":("([^"]+)"|(\d+))/.exec(text);
  if (time?.[3]) return Number(time[3]);
  const written = time?.[2] ?? /^(\d{4}-\d\d-\d\d[ T][\d:.]+)/.exec(text)?.[1];
  return written ? Date.parse(written) : Number.NaN;
}

/** The last lines of each log, in order of time; a line without a time stays behind the one before it. */
export function lastLogLines(folder: string, names: readonly string[], count: number): LogLine[] {
  const timed = names.flatMap((instance) => {
    const file = join(folder, `${instance}.log`);
    const size = statSync(file).size;
    const lines = readFrom(file, Math.max(0, size - TAIL_BYTES))
      .text.split('\n')
      .filter((text) => text !== '');
    let last = 0;
    return (count === 0 ? [] : lines.slice(-count)).map((text) => {
      const time = timeOf(text);
      if (!Number.isNaN(time)) last = time;
      return { instance, text, time: last };
    });
  });
  return timed.sort((left, right) => left.time - right.time).map(({ instance, text }) => ({ instance, text }));
}

/** Calls `emit` with each new line until the signal is aborted. */
export async function followLogs(
  folder: string,
  names: readonly string[],
  signal: AbortSignal,
  emit: (line: LogLine) => void,
): Promise<void> {
  const positions = new Map(names.map((name) => [name, statSync(join(folder, `${name}.log`)).size]));
  const rests = new Map<string, string>();
  while (!signal.aborted) {
    for (const instance of names) {
      const { text, end } = readFrom(join(folder, `${instance}.log`), positions.get(instance) ?? 0);
      positions.set(instance, end);
      const lines = `${rests.get(instance) ?? ''}${text}`.split('\n');
      rests.set(instance, lines.pop() ?? '');
      for (const line of lines) if (line !== '') emit({ instance, text: line });
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch((error: Error) => {
      // The loop's own condition ends it.
      if (error.name !== 'AbortError') throw error;
    });
  }
}
