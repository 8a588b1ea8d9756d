import { parseArgs } from 'node:util';
import { commit, loadBefore, machine } from './machine.ts';
import { type BenchResult, NO_BOUND, type ResultRow, writeResult } from './result.ts';

/** What a benchmark finds out. */
export interface Findings {
  readonly conditions: BenchResult['conditions'];
  readonly rows: readonly ResultRow[];
  readonly details?: BenchResult['details'];
}

export interface BenchOptions {
  /** Seconds of each load, in place of the usual. */
  readonly seconds: number | undefined;
  readonly seed: number;
  /** Signals a second, where the bench offers several; all of them unless given. */
  readonly rate: number | undefined;
  /** True when the numbers are kept nowhere. */
  readonly rehearsal: boolean;
  /** True for a run of a minute or two; not written either. */
  readonly short: boolean;
  /** True when a run that ended early goes on, where a benchmark keeps what it has. */
  readonly resume: boolean;
}

export interface Bench {
  readonly name: string;
  /** How it is started, where that is not by its file in bench/. */
  readonly command?: string;
  readonly question: string;
  readonly run: (options: BenchOptions) => Promise<Findings>;
}

const usage = `options: --seconds N (length of each load; results of a shortened run are not written)
         --seed N, --noisy (run although the machine is busy; not written either)
         --keep (the same, but written with the load that there was: what is counted holds on any machine)
         --rate N (only the loads of so many signals a second; not written either)
         --short (a run of a minute or two; not written either)
         --resume (goes on with what an earlier run of the same code and seed has kept; torture:up-faults alone keeps it)`;

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(result: BenchResult): void {
  say(`\n${result.question}`);
  say(`  ${result.machine}; ${result.sha}${result.dirty ? ' with changes' : ''}; seed ${result.seed}`);
  say(`  load average ${result.load.average}, ${result.load.busyPercent} % of a core busy before`);
  for (const [name, value] of Object.entries(result.conditions)) say(`  ${name}: ${value}`);
  for (const { what, must, measured, met } of result.rows) {
    say(
      `${must === NO_BOUND ? 'told  ' : met ? 'met   ' : 'MISSED'} ${what.padEnd(66)} ${must.padEnd(24)} ${measured}`,
    );
  }
  for (const [section, values] of Object.entries(result.details)) {
    say(
      `  ${section}: ${Object.entries(values)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    );
  }
}

/**
 * Runs a benchmark with what all have in common: it refuses a busy machine, prints and writes its result, and the
 * exit code is 1 when a number misses, 2 when nothing could be measured.
 */
export async function main(bench: Bench): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      seed: { type: 'string' },
      rate: { type: 'string' },
      noisy: { type: 'boolean' },
      keep: { type: 'boolean' },
      short: { type: 'boolean' },
      resume: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return say(usage);
  const options = {
    seconds: values.seconds ? Number(values.seconds) : undefined,
    seed: Number(values.seed ?? 1),
    rate: values.rate ? Number(values.rate) : undefined,
    rehearsal: [values.noisy, values.short, values.seconds, values.rate].some(Boolean),
    short: values.short === true,
    resume: values.resume === true,
  };
  try {
    const load = await loadBefore();
    if (!load.quiet && !values.noisy && !values.keep) {
      throw new Error(
        `${load.busyPercent} % of a core is in use by others: wait until the machine is quiet, or add --noisy`,
      );
    }
    const started = performance.now();
    const { conditions, rows, details = {} } = await bench.run(options);
    const seconds = Math.round((performance.now() - started) / 1_000);
    const command = bench.command ?? `node load-tests/bench/${bench.name}.ts`;
    const common = {
      name: bench.name,
      question: bench.question,
      command,
      seconds,
      machine: machine(),
      seed: options.seed,
    };
    const at = new Date().toISOString();
    const result = { ...common, at, ...(await commit()), load, conditions, rows: [...rows], details };
    print(result);
    if ((load.quiet || values.keep) && !options.rehearsal) say(`written: ${writeResult(result)}`);
    else say('not written: a number for the page comes from a quiet machine and the usual length');
    process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
  } catch (error) {
    say(`${bench.name}: ${(error as Error).message}`);
    process.exitCode = 2;
  }
}
