import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from './command.ts';
import { k6Path, repository } from './stack.ts';
import { type BenchTeam, inSecretFolder, writeAccess } from './teams.ts';

const metrics = z.record(
  z.string(),
  z.object({
    values: z.record(z.string(), z.number()),
    thresholds: z.record(z.string(), z.object({ ok: z.boolean() })).default({}),
  }),
);

export interface K6Load {
  readonly scenario: 'smoke' | 'pipeline';
  readonly teams: readonly BenchTeam[];
  readonly seed: number;
  readonly ratePerSecond?: number | undefined;
  readonly seconds?: number | undefined;
  readonly warmUpSeconds?: number | undefined;
  /** Multiplies the bounds of latencies; 1 unless given. */
  readonly latencySlack?: number;
  readonly onLine?: (line: string) => void;
}

export interface K6Run {
  /** 0, or 99 when a threshold was crossed. */
  readonly code: number;
  /** Each threshold that was crossed, with its metric: "signal_frame_ms p(95)<80". */
  readonly crossed: readonly string[];
  /** The metric's value, e.g. ("signal_frame_ms", "p(95)"). Throws when k6 has none. */
  readonly value: (metric: string, value: string) => number;
  /** The first lines that k6 and the scripts wrote to stderr. */
  readonly complaints: string;
}

/** Several runs as one, for what is counted; a sum of percentiles would say nothing. */
export function sumOf(runs: readonly K6Run[]): K6Run {
  return {
    code: Math.max(...runs.map(({ code }) => code)),
    crossed: runs.flatMap(({ crossed }) => crossed),
    value: (metric, name) => {
      if (name !== 'count') throw new Error(`${name} of several runs is no sum`);
      return runs.reduce((sum, run) => sum + run.value(metric, name), 0);
    },
    complaints: runs.map(({ complaints }) => complaints).join(''),
  };
}

const THRESHOLD_CROSSED = 99;

function environmentOf(load: K6Load): Record<string, string> {
  const { ratePerSecond: RATE, seconds: SECONDS, warmUpSeconds: WARM_UP_SECONDS, latencySlack: LATENCY_SLACK } = load;
  const shape = { RATE, SECONDS, WARM_UP_SECONDS, LATENCY_SLACK };
  return Object.fromEntries(
    Object.entries(shape).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

function crossedIn(found: z.infer<typeof metrics>): string[] {
  return Object.entries(found).flatMap(([metric, { thresholds }]) =>
    Object.entries(thresholds).flatMap(([rule, { ok }]) => (ok ? [] : [`${metric} ${rule}`])),
  );
}

/** Runs a scenario to its end; throws when k6 failed for another reason than a threshold. */
export async function runK6(load: K6Load): Promise<K6Run> {
  return inSecretFolder(async (folder) => {
    const [access, summary] = [join(folder, 'access.json'), join(folder, 'summary.json')];
    writeAccess(access, load.teams);
    const settings = {
      ...environmentOf(load),
      ...{ ACCESS_FILE: access, SUMMARY_FILE: summary, SEED: String(load.seed), RUN: randomBytes(6).toString('hex') },
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const script = join(repository, 'load-tests', 'scenarios', `${load.scenario}.ts`);
    const result = await run(k6Path(), ['run', '--quiet', '--no-usage-report', ...words, script], {
      ...(load.onLine ? { onLine: load.onLine } : {}),
    });
    const complaints = result.stderr.split('\n').slice(0, 5).join('\n');
    if (![0, THRESHOLD_CROSSED].includes(result.code)) {
      throw new Error(`k6 ended with ${result.code}: ${complaints}`);
    }
    const found = z.object({ metrics }).parse(JSON.parse(readFileSync(summary, 'utf8'))).metrics;
    const value = (metric: string, name: string): number => {
      const number = found[metric]?.values[name];
      if (number === undefined) throw new Error(`k6 has no ${name} of ${metric}: not one signal got that far`);
      return number;
    };
    return { code: result.code, crossed: crossedIn(found), value, complaints };
  });
}
