import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Faults, type DisturbedCall } from '../rehearsal/emulator/faults.ts';
import {
  disturbancesOf,
  everyCall,
  isKill,
  nameOf,
  pairsLeft,
  ROUNDS,
  sampleOf,
  someCalls,
  Sweep,
  theRest,
  titleOf,
  type Disturbance,
} from '../rehearsal/torture/cases.ts';
import { differenceOf, duplicatesIn } from '../rehearsal/torture/inventory.ts';
import { RoundBook } from '../rehearsal/torture/round-book.ts';
import { tortureUp } from '../rehearsal/torture/up.ts';
import { dev } from '../src/environments/dev.ts';

const call = (operation: string, subject: string, vendor = 'railway'): DisturbedCall => ({
  ...{ vendor, operation, subject, mutating: true },
});

const wordsOf = ({ kind, moment, lasting }: Disturbance): string => `${kind} ${moment} ${lasting}`;

describe('the cases of a torture', () => {
  it('are every kind on either side of the effect, and the kills of plugin and engine', () => {
    const kinds = new Set(disturbancesOf('railway').map(({ kind, moment }) => `${kind} ${moment}`));
    const either = ['500', '503', 'timeout', 'reset', 'kill', 'kill-engine'].flatMap((kind) => [
      `${kind} before`,
      `${kind} after`,
    ]);
    expect([...kinds].sort()).toEqual(['429 before', ...either].sort());
  });

  const rounds = Array.from({ length: ROUNDS }, (_, round) => everyCall(7, round));

  it('give each change every disturbance in all rounds, and each of ours once', () => {
    const had = rounds.map((choose) => choose('railway', 'railway ServiceCreate #1')!);
    expect(had.map(wordsOf).sort()).toEqual(disturbancesOf('railway').map(wordsOf).sort());
    const official = rounds.map((choose) => wordsOf(choose('vercel', 'vercel create project #1')!));
    expect(new Set(official)).toEqual(new Set(disturbancesOf('vercel').map(wordsOf)));
  });

  it('are the same for changes of one operation, whose order is another each time', () => {
    const names = ['railway ServiceCreate #1', 'railway ServiceCreate #2', 'railway ServiceCreate #12'];
    for (const choose of rounds) {
      expect(new Set(names.map((name) => wordsOf(choose('railway', name)!))).size).toBe(1);
    }
  });

  it('never kill a plugin in a round in which something else is done to an answer, or an engine is killed', () => {
    const operations = Array.from({ length: 40 }, (_, index) => `railway Operation${index} #1`);
    const sorts = rounds.map((choose) => {
      const kinds = operations.map((name) => choose('railway', name)!.kind);
      return new Set(kinds.map((kind) => (isKill(kind) ? kind : 'fault')));
    });
    expect(sorts.map((sort) => sort.size)).toEqual(rounds.map(() => 1));
    expect(new Set(sorts.flatMap((sort) => [...sort]))).toEqual(new Set(['fault', 'kill', 'kill-engine']));
  });

  it('leave over what was not reached, and a further round disturbs that alone', () => {
    const [first, second] = ['railway ServiceCreate #1', 'railway ServiceCreate #2'];
    const all = pairsLeft([first, second], []);
    expect(all).toHaveLength(2 * disturbancesOf('railway').length);
    const left = pairsLeft(
      [first, second],
      all.filter(({ name, disturbance: { kind } }) => name === first || !isKill(kind)),
    );
    expect(left.map(({ name, disturbance: { kind } }) => `${name} ${kind}`)).toEqual(
      ['kill', 'kill', 'kill-engine', 'kill-engine'].map((kind) => `${second} ${kind}`),
    );
    for (const [turn, kind] of ['kill', 'kill-engine'].entries()) {
      expect(theRest(left, turn)('railway', second)).toMatchObject({ kind });
      expect(theRest(left, turn)('railway', first)).toBeUndefined();
    }
  });

  it('are named without the ids that a path has, which are others each time', () => {
    const path =
      'PATCH /v1/projects/abcdefghijklmnopqrst/config/auth/signing-keys/11111111-2222-3333-4444-555555555555';
    expect(nameOf(call(path, 'any', 'supabase'), 1)).toBe(
      'supabase PATCH /v1/projects/*/config/auth/signing-keys/* #1',
    );
  });

  it('disturb a change when it is asked for the first time, and let it through in the next run', () => {
    const sweep = new Sweep(() => ({ kind: '503', moment: 'after', lasting: true }));
    sweep.begin();
    expect(sweep.decide(call('ServiceCreate', 'api'))).toMatchObject({ kind: '503', moment: 'after' });
    expect(sweep.decide(call('ServiceCreate', 'api'))).toBeDefined();
    expect(sweep.decide({ ...call('Services', 'all'), mutating: false })).toBeUndefined();
    sweep.begin();
    expect(sweep.decide(call('ServiceCreate', 'api'))).toBeUndefined();
    expect(sweep.decide(call('ServiceCreate', 'worker'))).toBeDefined();
    expect(sweep.cases.map(titleOf)).toEqual([
      '503 after railway ServiceCreate #1, lasting',
      '503 after railway ServiceCreate #2, lasting',
    ]);
  });

  it('disturb once what does not last', () => {
    const sweep = new Sweep(() => ({ kind: 'reset', moment: 'before', lasting: false }));
    sweep.begin();
    expect(sweep.decide(call('ServiceCreate', 'api'))).toBeDefined();
    expect(sweep.decide(call('ServiceCreate', 'api'))).toBeUndefined();
  });

  it('are chosen the same way for the same seed', () => {
    const many = Array.from({ length: 100 }, (_, index) => index);
    expect(sampleOf(many, 5, 7)).toEqual(sampleOf(many, 5, 7));
    expect(sampleOf(many, 5, 7)).not.toEqual(sampleOf(many, 5, 8));
    const chosen = (seed: number): unknown[] =>
      many.map((place) => someCalls(seed, 0.25)('github', `create #${place}`));
    expect(chosen(1)).toEqual(chosen(1));
    expect(chosen(1)).not.toEqual(chosen(2));
  });

  it('notice a duplicate and what is missing', () => {
    expect(differenceOf(['a', 'b'], ['a', 'a'])).toEqual({ tooMuch: ['a'], missing: ['b'] });
    expect(duplicatesIn(['a', 'b', 'a'])).toEqual(['a']);
  });
});

describe('kills at a standstill', () => {
  it('wait for what comes until then, so that one of them meets all of it', async () => {
    const faults = new Faults();
    const killed: string[] = [];
    faults.kill = (vendor) => void killed.push(vendor);
    faults.killsAtStandstill = true;
    faults.meet(call('ServiceCreate', 'api'));
    const first = faults.strike('railway', 'kill');
    faults.meet(call('ServiceCreate', 'worker'));
    const second = faults.strike('railway', 'kill');
    expect(killed).toEqual([]);
    await expect(Promise.all([first, second])).resolves.toEqual([true, true]);
    expect(killed).toEqual(['railway', 'railway']);
  });

  it('happen at once unless that is asked for, and only where the fault is a kill', async () => {
    const faults = new Faults();
    const killed: string[] = [];
    faults.kill = (vendor, kind) => void killed.push(`${vendor} ${kind}`);
    const struck = faults.strike('railway', 'kill-engine');
    expect(killed).toEqual(['railway kill-engine']);
    await expect(struck).resolves.toBe(true);
    await expect(faults.strike('railway', '503')).resolves.toBe(false);
    expect(killed).toHaveLength(1);
  });
});

describe('the rounds that are kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-rounds-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const record = { cases: [], runs: 3, adopted: 0, checked: 7, seconds: 5 };
  const code = { tree: '0123456789', dirty: false };

  it('are found by a run that goes on, of the same code and seed only, each as it came out last', () => {
    const book = new RoundBook({ folder, environment: 'dev', seed: 1, code, keep: false });
    book.add({ ...record, round: 2, problems: ['twice: a'] });
    book.add({ ...record, round: 1, problems: [] });
    book.add({ ...record, round: 2, problems: [] });
    const again = new RoundBook({ folder, environment: 'dev', seed: 1, code, keep: true });
    expect(again.records.map(({ round, problems }) => [round, problems])).toEqual([
      [1, []],
      [2, []],
    ]);
    const others = [
      new RoundBook({ folder, environment: 'dev', seed: 2, code, keep: true }),
      new RoundBook({ folder, environment: 'dev', seed: 1, code: { ...code, tree: 'abcdef0123' }, keep: true }),
      new RoundBook({ folder, environment: 'dev', seed: 1, code, keep: false }),
    ];
    for (const other of others) expect(other.records).toEqual([]);
  });

  it('are not gone on with where something is not committed', () => {
    const dirty = { folder, environment: 'dev', seed: 1, code: { ...code, dirty: true }, keep: true };
    expect(() => new RoundBook(dirty)).toThrow('--resume needs infra/ as it is committed');
  });
});

describe('up, disturbed', () => {
  it('comes through in the end and makes nothing twice, and destroy leaves nothing, for a sample of twenty', async () => {
    const told: string[] = [];
    const tell = (line: string): void => void told.push(line);
    const verdict = await tortureUp({ environment: dev, choose: someCalls(3300, 0.25), destroy: true, tell });
    expect(verdict.problems).toEqual([]);
    // Twenty of the changes of an undisturbed update; a disturbed one may do without one or two of those.
    expect(verdict.cases.length).toBeGreaterThanOrEqual(18);
    expect(verdict.cases.map(({ disturbance: { kind } }) => kind)).toEqual(
      expect.arrayContaining(['kill', 'kill-engine', 'reset']),
    );
    // What an official provider made and could not note was found and taken over, not made again.
    expect(verdict.adopted.length).toBeGreaterThan(0);
  }, 900_000);
});
