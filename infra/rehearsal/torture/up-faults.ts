import { parseArgs } from 'node:util';
import type { CloudEnvironment } from '../../src/environments/environment.ts';
import { environments } from '../../src/environments/named.ts';
import { disturbancesOf, everyCall, isKill, pairsLeft, ROUNDS, theRest, titleOf, vendorIn } from './cases.ts';
import type { Choice } from './cases.ts';
import { RoundBook, roundsFolder, torturedCode, type RoundRecord, type TorturedCode } from './round-book.ts';
import { tortureUp, type SweepVerdict } from './up.ts';

/**
 * `node infra/rehearsal/torture/up-faults.ts [--env dev|staging|prod] [--seed N] [--round 3,7-9] [--resume] [--minutes N]
 * [--json]`: brings an environment up again and again. In each round every change that `up` asks a vendor for is disturbed
 * once, and after all rounds, and one or two more for what those did not reach, each change had each disturbance.
 * `--round` names the rounds that are meant; `--resume` leaves out those that came out well before, at the same code and
 * seed, and counts them; `--minutes` begins no round after that time. Exits with 1 when one does not converge.
 */
export interface UpFaultsResult {
  readonly environment: string;
  readonly seed: number;
  readonly code: TorturedCode;
  /** Changes that an undisturbed `up` asks for. */
  readonly calls: number;
  /** Rounds that are done, how many there are, and those in which only what was left was disturbed. */
  readonly rounds: number;
  readonly allRounds: number;
  readonly moreRounds: number;
  readonly cases: number;
  /** Each change with each disturbance that it can have: how many were, and how many there are. */
  readonly pairs: number;
  readonly allPairs: number;
  readonly runs: number;
  readonly adopted: number;
  /** Requests that were held against a schema. */
  readonly checked: number;
  /** Cases of the rounds that did not converge. */
  readonly failed: number;
  readonly problems: readonly string[];
  /** Cases by kind and moment, and by vendor. */
  readonly byKind: Readonly<Record<string, number>>;
  readonly byVendor: Readonly<Record<string, number>>;
  /** Of all rounds, also those of an earlier run that this one resumes. */
  readonly seconds: number;
}

interface Request {
  readonly environment: CloudEnvironment;
  readonly seed: number;
  /** The first is 1. Undefined: all of them, and what they leave. */
  readonly rounds: readonly number[] | undefined;
  readonly minutes: number;
  readonly resume: boolean;
}

/** Fast enough that no time is spent on waiting for vendors; the durations are what they are. */
const SPEED = 600;
/** Of rounds for what is left; when that is not enough, something is never asked for in that way, and the count says so. */
const MORE_AT_MOST = 8;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** An undisturbed `up`: what a disturbed one must come to. */
async function undisturbed(environment: CloudEnvironment): Promise<SweepVerdict> {
  const stage = { speed: SPEED, warm: 'all', watched: false } as const;
  const verdict = await tortureUp({ environment, choose: () => undefined, tell: say, stage });
  if (verdict.problems.length > 0) throw new Error(`undisturbed: ${verdict.problems.join('\n')}`);
  return verdict;
}

/** The environment brought up once, each of the wanted calls disturbed as chosen. */
async function tortureRound(
  environment: CloudEnvironment,
  round: number,
  choose: Choice,
  { calls, found }: SweepVerdict,
): Promise<RoundRecord> {
  const started = performance.now();
  const isKilling = calls.some((name) => isKill(choose(vendorIn(name), name)?.kind ?? '500'));
  const verdict = await tortureUp({
    ...{ environment, choose, wanted: found, wide: true, tell: say },
    destroy: !environment.switches.production,
    // Whoever is killed must be a process of its own, and end as one.
    stage: { speed: SPEED, warm: isKilling ? 'looks' : 'all', watched: false },
  });
  const seconds = Math.round((performance.now() - started) / 1_000);
  const { cases, runs, adopted, checked, problems } = verdict;
  say(
    `${problems.length === 0 ? '✔' : '✘'} round ${round}: ${cases.length} disturbed, up in ${runs} runs, ${seconds} s`,
  );
  for (const problem of problems) say(`    ${problem}`);
  if (problems.length > 0) for (const one of cases) say(`    run ${one.run}: ${titleOf(one)}`);
  return {
    ...{ round, runs, adopted: adopted.length, checked, problems: [...problems], seconds },
    cases: cases.map(({ name, vendor, disturbance }) => ({ name, vendor, disturbance })),
  };
}

function sumOf<Item>(items: readonly Item[], count: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0);
}

function countBy<Item>(items: readonly Item[], name: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[name(item)] = (counts[name(item)] ?? 0) + 1;
  return counts;
}

/** Goes through the rounds that are not in the book yet. */
async function goThrough(request: Request, book: RoundBook, wanted: SweepVerdict): Promise<void> {
  const { environment, seed, rounds, minutes } = request;
  const started = performance.now();
  const isLate = (): boolean => performance.now() - started > minutes * 60_000;
  const done = new Set(book.records.filter(({ problems }) => problems.length === 0).map(({ round }) => round));
  for (const round of (rounds ?? upTo(ROUNDS)).filter((one) => !done.has(one))) {
    if (isLate()) return;
    book.add(await tortureRound(environment, round, everyCall(seed, round - 1), wanted));
  }
  if (rounds) return;
  for (const round of upTo(MORE_AT_MOST).map((more) => ROUNDS + more)) {
    const left = pairsLeft(
      wanted.calls,
      book.records.flatMap(({ cases }) => cases),
    );
    if (left.length === 0 || isLate()) return;
    if (!done.has(round)) book.add(await tortureRound(environment, round, theRest(left, round), wanted));
  }
}

function upTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_none, index) => index + 1);
}

async function torture(request: Request): Promise<UpFaultsResult> {
  const { environment, seed, resume } = request;
  const code = torturedCode();
  const book = new RoundBook({ folder: roundsFolder(), environment: environment.name, seed, code, keep: resume });
  const wanted = await undisturbed(environment);
  await goThrough(request, book, wanted);
  const { records } = book;
  const cases = records.flatMap((record) => record.cases);
  const allPairs = sumOf(wanted.calls, (name) => disturbancesOf(vendorIn(name)).length);
  return {
    ...{ environment: environment.name, seed, code, calls: wanted.calls.length, allRounds: ROUNDS },
    rounds: records.filter(({ round }) => round <= ROUNDS).length,
    moreRounds: records.filter(({ round }) => round > ROUNDS).length,
    ...{ cases: cases.length, pairs: allPairs - pairsLeft(wanted.calls, cases).length, allPairs },
    runs: sumOf(records, ({ runs }) => runs),
    adopted: sumOf(records, ({ adopted }) => adopted),
    checked: sumOf(records, ({ checked }) => checked),
    failed: sumOf(records, (record) => (record.problems.length > 0 ? record.cases.length : 0)),
    problems: records.flatMap(({ round, problems }) => problems.map((problem) => `round ${round}: ${problem}`)),
    byKind: countBy(cases, ({ disturbance: { kind, moment } }) => `${kind} ${moment}`),
    byVendor: countBy(cases, ({ vendor }) => vendor),
    seconds: sumOf(records, ({ seconds }) => seconds),
  };
}

/** `3,7-9` → 3, 7, 8, 9. */
function roundsIn(text: string): readonly number[] {
  const rounds = text.split(',').flatMap((part) => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    return upTo(ROUNDS).filter((round) => round >= Number(from) && round <= Number(to));
  });
  if (rounds.length > 0) return rounds;
  throw new Error(`--round is one of 1 to ${ROUNDS}, or several, as 3,7-9; not "${text}"`);
}

async function main(): Promise<number> {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
  const options = { env: text, seed: text, round: text, minutes: text, resume: flag, json: flag } as const;
  const { values } = parseArgs({ options });
  const environment = environments.find(({ name }) => name === (values.env ?? 'dev'));
  if (!environment || environment.target === 'local') throw new Error('--env is dev, staging or prod');
  const result = await torture({
    environment,
    seed: Number(values.seed ?? 1),
    rounds: values.round === undefined ? undefined : roundsIn(values.round),
    minutes: Number(values.minutes ?? Number.POSITIVE_INFINITY),
    resume: values.resume ?? false,
  });
  const { cases, failed, calls, rounds, moreRounds, adopted, seed, problems, pairs, allPairs } = result;
  const sentence =
    `${cases - failed} of ${cases} disturbances converged: ${pairs} of ${allPairs} pairs of a change of ` +
    `${environment.name} (${calls}) and a disturbance, in ${rounds} of ${ROUNDS} rounds and ${moreRounds} more; ` +
    `${adopted} things adopted; seed ${seed}`;
  process.stdout.write(`${values.json ? JSON.stringify(result) : sentence}\n`);
  return problems.length > 0 ? 1 : 0;
}

process.exitCode = await main().catch((error: Error) => {
  say(error.message);
  return 2;
});
