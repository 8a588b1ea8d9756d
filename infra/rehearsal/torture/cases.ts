import type { JournalEntry } from '../emulator/journal.ts';
import type { FaultSpec } from '../emulator/faults.ts';

/** One way to disturb one change that `up` asks a vendor for. */
export interface FaultCase {
  readonly stack: string;
  readonly fault: FaultSpec;
}

/** Kinds of disturbance. A refusal for too many requests comes before any effect; the rest on either side of it. */
const KINDS = [
  ['429', 'before'],
  ['503', 'before'],
  ['503', 'after'],
  ['timeout', 'before'],
  ['timeout', 'after'],
  ['reset', 'before'],
  ['reset', 'after'],
  ['kill', 'before'],
  ['kill', 'after'],
] as const;
/** Once, which the provider lives through; or for as long as it tries, which ends the update. */
const TIMES = [1, 1_000];

/** Every case for the changes of a stack, from the journal of an undisturbed `up`. */
export function casesOf(stack: string, entries: readonly JournalEntry[]): readonly FaultCase[] {
  const seen = new Map<string, number>();
  return entries
    .filter(({ mutating }) => mutating)
    .flatMap(({ vendor, operation }) => {
      const nth = (seen.get(`${vendor} ${operation}`) ?? 0) + 1;
      seen.set(`${vendor} ${operation}`, nth);
      return KINDS.flatMap(([kind, moment]) =>
        (kind === 'kill' ? [1] : TIMES).map((times): FaultCase => {
          const where = { vendor, operation: shared(operation), calls: 'mutating', nth, times } as const;
          return { stack, fault: { ...where, moment, kind, retryAfter: 1 } };
        }),
      );
    });
}

/** The part of an operation's name that is the same in every run: ids in paths are not. */
function shared(operation: string): string {
  return operation.split(/\/[a-z]{20}(?:\/|$)|\/[0-9a-f]{8}-[0-9a-f-]{27}/)[0] ?? operation;
}

/** A few of them, the same for the same seed. */
export function sampleOf<Item>(items: readonly Item[], count: number, seed: number): readonly Item[] {
  const left = [...items];
  const taken: Item[] = [];
  let state = seed >>> 0;
  while (taken.length < count && left.length > 0) {
    // mulberry32: small, and enough to choose by.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    taken.push(...left.splice(((mixed ^ (mixed >>> 14)) >>> 0) % left.length, 1));
  }
  // By stack, so that the one before need not be made anew.
  return items.filter((item) => taken.includes(item));
}

/** `dev: kill after railway serviceCreate #2`. */
export function nameOf({ stack, fault }: FaultCase): string {
  const often = fault.times > 1 ? ', again and again' : '';
  return `${stack}: ${fault.kind} ${fault.moment} ${fault.vendor} ${fault.operation} #${fault.nth}${often}`;
}
