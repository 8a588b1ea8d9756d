import { milliseconds, type Duration } from '@keelson/kernel';

/** Time as providers and emulators count it: virtual milliseconds. Outside of a rehearsal it is the real time. */
export interface Pace {
  /** Virtual milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when that aborts. */
  sleep(forSo: Duration, signal?: AbortSignal): Promise<void>;
}

/** The start of virtual time and how many virtual seconds pass in a real one, for every process of a rehearsal. */
export interface Speed {
  readonly startedAt: number;
  readonly factor: number;
}

/** `KEELSON_REHEARSAL_SPEED=<start in ms since 1970>x<factor>`; absent outside of a rehearsal. */
export function speedFrom(environment: NodeJS.ProcessEnv): Speed {
  const text = environment['KEELSON_REHEARSAL_SPEED'];
  if (text === undefined) return { startedAt: 0, factor: 1 };
  const [startedAt, factor] = text.split('x').map(Number);
  if (startedAt === undefined || factor === undefined || !(startedAt >= 0) || !(factor >= 1)) {
    throw new Error('KEELSON_REHEARSAL_SPEED must be <milliseconds since 1970>x<factor of at least 1>');
  }
  return { startedAt, factor };
}

/**
 * The pace of a process. A rehearsal makes virtual seconds short and changes nothing else: what waits, polls and backs
 * off is the code that a real run uses, with the same durations.
 */
export function paceOf({ startedAt, factor }: Speed): Pace {
  return {
    now: () => startedAt + (Date.now() - startedAt) * factor,
    sleep: (forSo, signal) => sleepMs(milliseconds(forSo) / factor, signal),
  };
}

function sleepMs(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
