import { parseArgs } from 'node:util';
import type { CloudEnvironment } from '../../src/environments/environment.ts';
import { environments, stacksOf } from '../../src/environments/named.ts';
import { Stage } from '../stage.ts';
import { casesOf, nameOf, sampleOf, type FaultCase } from './cases.ts';
import { differenceOf, inventoryOf } from './inventory.ts';

/**
 * `npm run torture:up-faults -- --env dev [--sample N] [--seed S]`: disturbs each change that `up` asks a vendor for,
 * one run each, and sees that the next `up` makes exactly what was wanted. Exits with 1 when one does not.
 */
export interface FaultVerdict {
  readonly name: string;
  /** Whether the disturbed `up` itself came through. */
  readonly survived: boolean;
  /** What is wrong afterwards, in sentences; none when it converged. */
  readonly problems: readonly string[];
}

/** Vendors whose own providers we wrote: what an interrupted call left is found by its name. */
const OWN = ['railway', 'supabase', 'upstash'];

export interface Torture {
  readonly environment: CloudEnvironment;
  /** How many cases; all of them when absent. */
  readonly sample?: number;
  readonly seed: number;
  tell(verdict: FaultVerdict): void;
}

async function mustRun(stage: Stage, verb: 'up' | 'destroy', stack: string): Promise<void> {
  const { code, text } = await stage.run(verb, stack);
  if (code !== 0) throw new Error(`An undisturbed ${verb} of ${stack} failed:\n${text.slice(-4_000)}`);
}

/** Takes away what stands from this stack on: later ones first. */
async function clear(stage: Stage, stacks: readonly string[], standing: Set<string>): Promise<void> {
  for (const stack of [...stacks].reverse()) {
    if (standing.delete(stack)) await mustRun(stage, 'destroy', stack);
  }
}

async function undergo(stage: Stage, one: FaultCase, wanted: readonly string[]): Promise<FaultVerdict> {
  const { code: before } = await disturbed(stage, one);
  const again = await stage.run('up', one.stack);
  const problems: string[] = [];
  if (again.code !== 0) problems.push(`the next up failed: ${again.text.slice(-2_000)}`);
  const { tooMuch, missing } = differenceOf(wanted, inventoryOf(stage));
  problems.push(...tooMuch.map((entry) => `too much: ${entry}`), ...missing.map((entry) => `missing: ${entry}`));
  return { name: nameOf(one), survived: before === 0, problems };
}

async function disturbed(stage: Stage, { stack, fault }: FaultCase): Promise<{ code: number }> {
  stage.faults.order(fault);
  try {
    return await stage.run('up', stack);
  } finally {
    stage.faults.clear();
  }
}

/** Runs the cases of an environment one after the other; resolves with how many there are and every verdict. */
export async function tortureUp({ environment, sample, seed, tell }: Torture): Promise<readonly FaultVerdict[]> {
  const stage = await Stage.open(environment);
  const stacks = stacksOf(environment);
  const standing = new Set<string>();
  try {
    const wanted = new Map<string, readonly string[]>();
    const all: FaultCase[] = [];
    for (const stack of stacks) {
      const last = stage.journal.entries.length;
      await mustRun(stage, 'up', stack);
      standing.add(stack);
      all.push(
        ...casesOf(
          stack,
          stage.journal.entries.slice(last).filter(({ vendor }) => OWN.includes(vendor)),
        ),
      );
      wanted.set(stack, inventoryOf(stage));
    }
    const verdicts: FaultVerdict[] = [];
    // The later stack first: the earlier one stands already.
    const chosen = sample === undefined ? all : sampleOf(all, sample, seed);
    for (const one of [...chosen].sort((a, b) => stacks.indexOf(b.stack) - stacks.indexOf(a.stack))) {
      await clear(stage, stacks.slice(stacks.indexOf(one.stack)), standing);
      const verdict = await undergo(stage, one, wanted.get(one.stack) ?? []);
      standing.add(one.stack);
      verdicts.push(verdict);
      tell(verdict);
    }
    return verdicts;
  } finally {
    await stage.close();
  }
}

async function main(): Promise<number> {
  const options = { env: { type: 'string' }, sample: { type: 'string' }, seed: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  const environment = environments.find(({ name }) => name === (values.env ?? 'dev'));
  if (!environment || environment.target === 'local') throw new Error('--env is dev, staging or prod');
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const sample = values.sample === undefined ? {} : { sample: Number(values.sample) };
  const tell = ({ name, survived, problems }: FaultVerdict): void => {
    const mark = problems.length === 0 ? '✔' : '✘';
    process.stderr.write(`${mark} ${name}${survived ? '' : ' (ended the update)'}\n`);
    for (const problem of problems) process.stderr.write(`    ${problem}\n`);
  };
  const verdicts = await tortureUp({ environment, ...sample, seed, tell });
  const failed = verdicts.filter(({ problems }) => problems.length > 0).length;
  process.stdout.write(`${verdicts.length - failed} of ${verdicts.length} converged; seed ${seed}\n`);
  return failed > 0 ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = await main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    return 1;
  });
}
