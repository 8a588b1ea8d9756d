import { describe, expect, it } from '@jest/globals';
import type { BatchEntry } from '../src/batch.ts';
import { sql, sqlOfRows } from '../src/statement.ts';
import { Wave } from '../src/wave.ts';

const READ = sqlOfRows('test.read', { id: 'int' }, (rows) => `select n.at, n.id from ${rows}`);
const WRITE = sqlOfRows(
  'test.write',
  { id: 'int', note: 'text' },
  (rows) => `insert into t select id, note from ${rows}`,
);
const PLAIN = sql('test.plain', 'select 1');

const plain = (): BatchEntry => ({ statement: PLAIN, values: [], resolve: () => undefined, reject: () => undefined });
const write = (id: number) => ({ id, note: `of ${id}` });
const namesOf = (wave: Wave) => wave.entries().map(({ statement }) => statement.name);

/** Adds rows whose answer nobody looks at. */
function add(wave: Wave, statement: typeof READ | typeof WRITE, id: number, lane?: string): void {
  void wave.addRows(statement, [statement === READ ? { id } : write(id)], lane).catch(() => undefined);
}

describe('what a transaction issues in one turn', () => {
  it('asks for a single row with plain parameters', () => {
    const wave = new Wave();
    add(wave, WRITE, 7, 'a');
    expect(wave.entries()).toMatchObject([{ statement: WRITE.one, values: [7, 'of 7'] }]);
    expect(WRITE.one.text).toContain('select $1::int as id, $2::text as note');
  });

  it('asks once for what several lanes ask for, with the array of each column', () => {
    const wave = new Wave();
    for (const [id, lane] of [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ] as const) {
      add(wave, READ, id, lane);
      add(wave, WRITE, id, lane);
    }
    expect(namesOf(wave)).toEqual(['test.read_of_many', 'test.write_of_many']);
    expect(wave.entries()[1]!.values).toEqual([
      [1, 2, 3],
      ['of 1', 'of 2', 'of 3'],
    ]);
  });

  it('keeps the order of each lane: a write stays behind what its own lane issued before it', () => {
    const wave = new Wave();
    add(wave, WRITE, 1, 'a');
    add(wave, READ, 2, 'b');
    add(wave, WRITE, 2, 'b');
    add(wave, READ, 3, 'c');
    expect(namesOf(wave)).toEqual(['test.write', 'test.read_of_many', 'test.write']);
  });

  it('moves nothing past a statement that belongs to no lane', () => {
    const wave = new Wave();
    add(wave, READ, 1, 'a');
    wave.add(plain(), undefined);
    add(wave, READ, 2, 'b');
    expect(namesOf(wave)).toEqual(['test.read', 'test.plain', 'test.read']);
  });

  it('gives each asker the rows of its own, numbered as it asked', async () => {
    const wave = new Wave();
    const first = wave.addRows(READ, [{ id: 10 }], 'a');
    const second = wave.addRows(READ, [{ id: 20 }, { id: 30 }], 'b');
    const [entry] = wave.entries();
    entry!.resolve({
      rows: [
        { at: '3', id: 30 },
        { at: '1', id: 10 },
        { at: '3', id: 31 },
      ],
      command: 'SELECT',
    });
    expect((await first).rows).toEqual([{ at: '1', id: 10 }]);
    expect((await second).rows).toEqual([
      { at: '2', id: 30 },
      { at: '2', id: 31 },
    ]);
  });

  it('tells every asker of a failure', async () => {
    const wave = new Wave();
    const askers = [wave.addRows(READ, [{ id: 1 }], 'a'), wave.addRows(READ, [{ id: 2 }], 'b')];
    wave.entries()[0]!.reject(new Error('no such thing'));
    for (const asker of askers) await expect(asker).rejects.toThrow('no such thing');
  });
});
