import { parseArgs } from 'node:util';
import type { CloudEnvironment } from '../../src/environments/environment.ts';
import { environments } from '../../src/environments/named.ts';
import { disturbancesOf, everyCall, titleOf, type FaultCase } from './cases.ts';
import { tortureUp } from './up.ts';

/**
 * `node infra/rehearsal/torture/up-faults.ts [--env dev|staging|prod] [--seed N] [--rounds N] [--minutes N] [--json]`:
 * brings an environment up again and again. In each round every change that `up` asks a vendor for is disturbed once,
 * and after as many rounds as there are disturbances each change had every one. Exits with 1 when one does not converge.
 */
export interface UpFaultsResult {
  readonly environment: string;
  readonly seed: number;
  /** Changes that an undisturbed `up` asks for, and how many disturbances there are for one. */
  readonly calls: number;
  readonly disturbances: number;
  readonly rounds: number;
  readonly cases: number;
  /** Calls that no round reached; 0 where every change was disturbed in every round. */
  readonly missed: number;
  readonly runs: number;
  readonly adopted: number;
  /** Cases of the rounds that did not converge. */
  readonly failed: number;
  readonly problems: readonly string[];
  /** Cases by kind and moment, and by vendor. */
  readonly byKind: Readonly<Record<string, number>>;
  readonly byVendor: Readonly<Record<string, number>>;
  readonly seconds: number;
}

interface Request {
  readonly environment: CloudEnvironment;
  readonly seed: number;
  readonly rounds: number;
  readonly minutes: number;
}

const DISTURBANCES = disturbancesOf('railway').length;

function countBy(cases: readonly FaultCase[], name: (one: FaultCase) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of cases) counts[name(one)] = (counts[name(one)] ?? 0) + 1;
  return counts;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function torture({ environment, seed, rounds, minutes }: Request): Promise<UpFaultsResult> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1_000;
  const undisturbed = await tortureUp({ environment, choose: () => undefined, tell: say });
  if (undisturbed.problems.length > 0) throw new Error(`undisturbed: ${undisturbed.problems.join('\n')}`);
  const { calls, found: wanted } = undisturbed;
  const cases: FaultCase[] = [];
  const problems: string[] = [];
  let [round, runs, adopted, missed, failed] = [0, 0, 0, 0, 0];
  for (; round < rounds && elapsed() < minutes * 60; round += 1) {
    const choose = everyCall(seed, round);
    const verdict = await tortureUp({
      environment,
      choose,
      wanted,
      destroy: !environment.switches.production,
      tell: say,
    });
    cases.push(...verdict.cases);
    runs += verdict.runs;
    adopted += verdict.adopted.length;
    const met = new Set(verdict.calls);
    missed += calls.filter((name) => !met.has(name)).length;
    if (verdict.problems.length > 0) failed += verdict.cases.length;
    problems.push(...verdict.problems.map((problem) => `round ${round + 1}: ${problem}`));
    const mark = verdict.problems.length === 0 ? '✔' : '✘';
    say(`${mark} round ${round + 1} of ${rounds}: ${verdict.cases.length} disturbed, up in ${verdict.runs} runs`);
    for (const problem of verdict.problems) say(`    ${problem}`);
    if (verdict.problems.length > 0) for (const one of verdict.cases) say(`    run ${one.run}: ${titleOf(one)}`);
  }
  return {
    ...{ environment: environment.name, seed, calls: calls.length, disturbances: DISTURBANCES, rounds: round },
    ...{ cases: cases.length, missed, runs, adopted, failed, problems },
    byKind: countBy(cases, ({ disturbance: { kind, moment } }) => `${kind} ${moment}`),
    byVendor: countBy(cases, ({ vendor }) => vendor),
    seconds: Math.round(elapsed()),
  };
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { env: text, seed: text, rounds: text, minutes: text, json: { type: 'boolean' } } as const;
  const { values } = parseArgs({ options });
  const environment = environments.find(({ name }) => name === (values.env ?? 'dev'));
  if (!environment || environment.target === 'local') throw new Error('--env is dev, staging or prod');
  const result = await torture({
    environment,
    seed: Number(values.seed ?? 1),
    rounds: Number(values.rounds ?? DISTURBANCES),
    minutes: Number(values.minutes ?? Number.POSITIVE_INFINITY),
  });
  const { cases, failed, calls, rounds, adopted, seed, problems } = result;
  const sentence =
    `${cases - failed} of ${cases} disturbances converged (${calls} changes of ${environment.name}, ${rounds} of ` +
    `${DISTURBANCES} rounds, ${adopted} things adopted); seed ${seed}`;
  process.stdout.write(`${values.json ? JSON.stringify(result) : sentence}\n`);
  return problems.length > 0 ? 1 : 0;
}

process.exitCode = await main().catch((error: Error) => {
  say(error.message);
  return 2;
});
