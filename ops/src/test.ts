import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryFolder } from './framework/context.ts';
import { runNode } from './framework/run-node.ts';
import { createPaint } from './framework/ui.ts';
import { REQUIRED_PERCENT, sumCoverage } from './test-run/coverage.ts';
import { runForgiving } from './test-run/second-chance.ts';
import { filesByStage, type StageName, stageNames } from './test-run/stages.ts';
import { type StaticCheck, staticChecks } from './test-run/static-checks.ts';
import { add, finalLine, nothing, type Tally } from './test-run/tally.ts';

const paint = createPaint(process.stderr, process.env);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Plan {
  readonly stages: readonly StageName[];
  readonly pattern: RegExp | undefined;
  /** Everything was asked for, so that the coverage of libs can be held to its limit. */
  readonly complete: boolean;
}

/** `npm test`, `npm test -- --stage unit`, `npm test -- <pattern of paths>`. */
function readPlan(words: readonly string[]): Plan {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { stage: { type: 'string', multiple: true } },
    allowPositionals: true,
  });
  const wanted = values.stage ?? [];
  const unknown = wanted.filter((name) => !(stageNames as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no stage ${unknown.join(', ')}; there are ${stageNames.join(', ')}`);
  const pattern = positionals.length === 0 ? undefined : new RegExp(positionals.join('|'));
  const named = stageNames.filter((name) => wanted.length === 0 || wanted.includes(name));
  return {
    // A pattern names test files, and the static checks are none.
    stages: named.filter((name) => pattern === undefined || name !== 'static'),
    pattern,
    complete: wanted.length === 0 && pattern === undefined,
  };
}

async function runCheck(check: StaticCheck): Promise<boolean> {
  const started = performance.now();
  const result = await runNode(check.args, { cwd: repositoryFolder, environment: process.env });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  if (result.code === 0) {
    say(`  ${paint.good('✔')} ${check.name} ${seconds} s`);
    return true;
  }
  const output = [result.stdout, result.stderr].join('\n').trim().split('\n').slice(-80);
  say(
    `  ${paint.bad('✖')} ${check.name} ${seconds} s\n${output.map((line) => `    ${line}`).join('\n')}\n    Fix: ${check.fix}`,
  );
  return false;
}

/** As many checks side by side as the machine has cores; each reports when it ends. */
async function runStatic(): Promise<Tally> {
  const waiting = [...staticChecks];
  let tally = nothing;
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const good = await runCheck(check);
      tally = add(tally, { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return tally;
}

function checkCoverage(folders: readonly string[]): Tally {
  const sum = sumCoverage(repositoryFolder, folders);
  const good = sum.percent >= REQUIRED_PERCENT;
  const least = sum.packages.slice(0, 5).map(({ name, percent }) => `${name} ${percent} %`);
  say(
    `  ${good ? paint.good('✔') : paint.bad('✖')} ${sum.covered} of ${sum.lines} lines of libs: ${sum.percent} %, at least ${REQUIRED_PERCENT} %`,
  );
  say(`    least: ${least.join(', ')}`);
  if (!good) say('    Fix: test what is not run; coverage/<stage>/coverage-final.json names the lines');
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 };
}

async function main(): Promise<number> {
  const plan = readPlan(process.argv.slice(2));
  const files = filesByStage(repositoryFolder, plan.pattern);
  const coverage = new Map<StageName, string>();
  const seconds: string[] = [];
  const unsteady: string[] = [];
  let total = nothing;
  const stage = async (name: string, work: () => Promise<Tally>): Promise<void> => {
    say(`\n${paint.bold(name)}`);
    const started = performance.now();
    const tally = await work();
    const took = ((performance.now() - started) / 1_000).toFixed(1);
    seconds.push(`${name.padEnd(12)} ${took.padStart(7)} s  ${finalLine(tally)}`);
    total = add(total, tally);
  };
  for (const name of plan.stages) {
    const wanted = files.get(name) ?? [];
    if (name === 'static') await stage(name, runStatic);
    else if (wanted.length > 0) {
      const folder =
        plan.complete && (name === 'unit' || name === 'integration')
          ? join(repositoryFolder, 'coverage', name)
          : undefined;
      if (folder) coverage.set(name, folder);
      // Stacks with objectives of their own go one after the other; rehearsals wait for engines, so they share the machine.
      const inBand = name === 'end-to-end';
      const run = { repository: repositoryFolder, files: wanted, inBand, coverageFolder: folder };
      await stage(name, async () => {
        const found = await runForgiving({ ...run, environment: process.env });
        unsteady.push(...found.unsteady);
        return found.tally;
      });
    }
  }
  if (coverage.size > 0) await stage('coverage', async () => checkCoverage([...coverage.values()]));
  if (seconds.length === 0) throw new Error(`No test file matches ${plan.pattern?.source ?? plan.stages.join(', ')}`);
  for (const file of unsteady) seconds.push(`unsteady: ${file} failed beside others and passed alone`);
  process.stdout.write(`\n${seconds.join('\n')}\n\n${finalLine(total)}\n`);
  return total.failed === 0 ? 0 : 1;
}

// Coverage asks Node to take the types out of a source, which it does well and calls experimental.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') say(`${warning.name}: ${warning.message}`);
});

process.exitCode = await main().catch((error: Error) => {
  say(`${paint.bad('✖')} ${error.message}`);
  return 2;
});
