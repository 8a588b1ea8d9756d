import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryFolder, stateFolder } from '../../src/targets/local/folders.ts';
import type { Disturbance } from './cases.ts';

const disturbance: z.ZodType<Disturbance> = z.strictObject({
  kind: z.enum(['429', '500', '503', 'timeout', 'reset', 'kill', 'kill-engine']),
  moment: z.enum(['before', 'after']),
  lasting: z.boolean(),
});

/** One round, as it is kept: what was disturbed how, and what became of it. */
const roundRecord = z.strictObject({
  /** The first is 1. */
  round: z.int().min(1),
  cases: z.array(z.object({ name: z.string(), vendor: z.string(), disturbance })),
  runs: z.int(),
  adopted: z.int(),
  checked: z.int(),
  problems: z.array(z.string()),
  seconds: z.number(),
});
export type RoundRecord = z.infer<typeof roundRecord>;

/** Which code was tortured: what is committed of it, and whether something else was in its place. */
export interface TorturedCode {
  readonly tree: string;
  readonly dirty: boolean;
}

/** Of the part of the repository that `up` and its vendors are made of; other commits do not matter to a round. */
export function torturedCode(): TorturedCode {
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', repositoryFolder, ...words], { encoding: 'utf8' }).trim();
  return { tree: git('rev-parse', '--short=10', 'HEAD:infra'), dirty: git('status', '--short', '--', 'infra') !== '' };
}

/** Where the rounds of this checkout are kept. */
export function roundsFolder(): string {
  return join(stateFolder(), 'torture', 'up-faults');
}

export interface BookParts {
  readonly folder: string;
  readonly environment: string;
  readonly seed: number;
  readonly code: TorturedCode;
  /** Whether to go on with what is in it; else it begins anew. */
  readonly keep: boolean;
}

/** The rounds of one environment, seed and code that are done, one line each, so that a run which ends early goes on. */
export class RoundBook {
  readonly #file: string;

  /** Throws when it shall go on with rounds of code that no commit has: it may have changed since. */
  constructor({ folder, environment, seed, code: { tree, dirty }, keep }: BookParts) {
    if (keep && dirty) throw new Error('--resume needs infra/ as it is committed: rounds of other code are no rounds');
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, `${environment}-seed-${seed}-${tree}.jsonl`);
    if (!keep) rmSync(this.#file, { force: true });
  }

  /** In the order of the rounds. A round that was tried again counts as it came out last. */
  get records(): readonly RoundRecord[] {
    const text = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
    const lines = text.split('\n').filter((line) => line !== '');
    const last = new Map(lines.map((line) => roundRecord.parse(JSON.parse(line))).map((one) => [one.round, one]));
    return [...last.values()].sort((a, b) => a.round - b.round);
  }

  add(record: RoundRecord): void {
    appendFileSync(this.#file, `${JSON.stringify(record)}\n`);
  }
}
