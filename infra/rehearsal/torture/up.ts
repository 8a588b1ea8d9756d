import { adoptLost, NotPlanned } from '../../src/adoption/adopt.ts';
import { settleLocks } from '../../src/engine-locks.ts';
import type { CloudEnvironment } from '../../src/environments/environment.ts';
import { stacksOf } from '../../src/environments/named.ts';
import { Stage, type StageOptions } from '../stage.ts';
import { Sweep, titleOf, type Choice, type FaultCase } from './cases.ts';
import { differenceOf, duplicatesIn, inventoryOf } from './inventory.ts';

/** An environment that came up in spite of what was done to it, or did not. */
export interface SweepVerdict {
  readonly cases: readonly FaultCase[];
  /** Names of the changes that were asked for, disturbed or not. */
  readonly calls: readonly string[];
  /** How often `up` ran until it came through. */
  readonly runs: number;
  /** What was found at a vendor and taken into the state. */
  readonly adopted: readonly string[];
  /** Requests and answers that were held against a vendor's schema or a package's types. */
  readonly checked: number;
  /** What is wrong, in sentences; none when it converged. */
  readonly problems: readonly string[];
  readonly found: readonly string[];
}

export interface Tortured {
  readonly environment: CloudEnvironment;
  readonly choose: Choice;
  /** What the vendors have after an undisturbed `up`; without it, only what is there twice is found. */
  readonly wanted?: readonly string[];
  /** Also sees that `destroy` leaves nothing: whatever the state does not know would stay. */
  readonly destroy?: boolean;
  /** Of the stage; nothing is kept warm, and a minute takes half a second, unless something else is said. */
  readonly stage?: StageOptions;
  /**
   * True: `up` goes on past errors, and kills wait for a standstill, so that all that can be under way at once is disturbed
   * in one run; else the first failure ends it.
   */
  readonly wide?: boolean;
  tell(line: string): void;
}

/** More runs than calls of a stack: one that gets nowhere must not go on for ever. */
const RUNS_AT_MOST = 150;

/** Whatever does not need what failed goes on, and nothing waits for another's turn. */
const WIDE = ['--continue-on-error', '--parallel', '64'];

/** An environment on its way up. */
export interface Going extends Omit<Tortured, 'stage'> {
  readonly stage: Stage;
  readonly sweep: Sweep;
  readonly adopted: string[];
}

/** `keelson up`, as far as the engine's part of it goes: dead locks, what was lost, the update. */
async function up(going: Going, stack: string): Promise<{ readonly code: number; readonly text: string }> {
  const { stage, adopted } = going;
  settleLocks(stage.lockFolder(stack), going.tell);
  try {
    await adoptLost({ engine: await stage.engine(stack), words: [], tell: ({ what }) => adopted.push(what) });
  } catch (error) {
    if (!(error instanceof NotPlanned)) throw error;
    return { code: error.code, text: error.message };
  }
  return stage.unruledUp(stack, ...(going.wide ? WIDE : []));
}

/** Runs `up` until it comes through, disturbed on the way. Each failure must have a disturbance for a reason. */
export async function converge(
  going: Going,
  stack: string,
): Promise<{ readonly runs: number; readonly problem?: string }> {
  const { stage, sweep, tell } = going;
  stage.faults.decide = (call) => sweep.decide(call);
  stage.faults.killsAtStandstill = going.wide ?? false;
  for (let runs = 1; runs <= RUNS_AT_MOST; runs += 1) {
    sweep.begin();
    const { code, text } = await up(going, stack);
    tell(`  ${stack}, run ${runs}: ${sweep.disturbed} disturbed, ${code === 0 ? 'up' : 'failed'}`);
    if (code === 0) return { runs };
    if (sweep.disturbed === 0) {
      return { runs, problem: `up of ${stack} failed though nothing disturbed it: ${text.slice(-3_000)}` };
    }
    const twice = duplicatesIn(inventoryOf(stage));
    const last = sweep.cases.slice(-sweep.disturbed).map(titleOf).join('; ');
    if (twice.length > 0) return { runs, problem: `twice: ${twice.join(', ')}, after ${last}` };
  }
  return { runs: RUNS_AT_MOST, problem: `${stack} was not up after ${RUNS_AT_MOST} runs` };
}

/** What is at the vendors and should not be, or should be and is not. */
function wrong(found: readonly string[], wanted: readonly string[] | undefined): readonly string[] {
  const { tooMuch, missing } = wanted ? differenceOf(wanted, found) : { tooMuch: duplicatesIn(found), missing: [] };
  return [...tooMuch.map((entry) => `too much: ${entry}`), ...missing.map((entry) => `missing: ${entry}`)];
}

async function destroyed(stage: Stage, stacks: readonly string[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const stack of [...stacks].reverse()) {
    const { code, text } = await stage.run('destroy', stack);
    if (code !== 0) problems.push(`destroy of ${stack} failed: ${text.slice(-3_000)}`);
  }
  return [...problems, ...inventoryOf(stage).map((entry) => `orphan: ${entry}`)];
}

/** What no vendor's schema allows, of all that was sent and answered. */
function forbidden(stage: Stage): readonly string[] {
  return stage.checks.flatMap(({ violations }) => violations.map((one) => `forbidden: ${JSON.stringify(one)}`));
}

/** Brings an environment up from nothing, disturbed as chosen, at vendors of its own. */
export async function tortureUp(tortured: Tortured): Promise<SweepVerdict> {
  const stage = await Stage.open(tortured.environment, tortured.stage);
  const going = { ...tortured, stage, sweep: new Sweep(tortured.choose), adopted: [] as string[] };
  const stacks = stacksOf(tortured.environment);
  const problems: string[] = [];
  let runs = 0;
  try {
    for (const stack of stacks) {
      const { problem, runs: more } = await converge(going, stack);
      runs += more;
      if (problem === undefined) continue;
      problems.push(problem);
      break;
    }
    stage.faults.clear();
    const found = inventoryOf(stage);
    problems.push(...wrong(found, tortured.wanted));
    if (tortured.destroy && problems.length === 0) problems.push(...(await destroyed(stage, stacks)));
    problems.push(...forbidden(stage));
    const { cases, calls } = going.sweep;
    const checked = stage.checks.reduce((sum, checks) => sum + checks.checked, 0);
    return { cases, calls, runs, adopted: going.adopted, checked, problems, found };
  } finally {
    await stage.close();
  }
}
