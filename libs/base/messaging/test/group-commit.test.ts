import { describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { GroupCommit } from '../src/group-commit.ts';

interface Work {
  readonly teamId: string;
  readonly signalId: string;
  readonly name: string;
}

const [ours, others] = [newId(), newId()];
const work = (name: string, { teamId = ours, signalId = newId() } = {}): Work => ({ teamId, signalId, name });

/** Groups that commit only when told: `end` lets the oldest that runs come to its end. */
function committing(resultOf: (one: Work) => PromiseSettledResult<string>) {
  const begun: string[][] = [];
  const ends: (() => void)[] = [];
  const groups = new GroupCommit<Work, string>((group) => {
    begun.push(group.map(({ name }) => name));
    return new Promise((resolve) => ends.push(() => resolve(group.map(resultOf))));
  });
  const end = async () => {
    ends.shift()!();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { groups, begun, end };
}

const done = ({ name }: Work): PromiseSettledResult<string> => ({ status: 'fulfilled', value: name });

describe('group commit', () => {
  it('begins at once with what comes alone, and gathers what comes meanwhile', async () => {
    const { groups, begun, end } = committing(done);
    const all = ['a', 'b', 'c'].map((name) => groups.add(work(name)));
    expect(begun).toEqual([['a']]);
    await end();
    expect(begun).toEqual([['a'], ['b', 'c']]);
    await end();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
    void groups.add(work('d'));
    expect(begun).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('keeps teams apart, and two of one signal one after the other', async () => {
    const { groups, begun, end } = committing(done);
    const signalId = newId();
    void groups.add(work('a'));
    void groups.add(work('of others', { teamId: others }));
    for (const name of ['b', 'c']) void groups.add(work(name, { signalId }));
    void groups.add(work('d'));
    expect(begun).toEqual([['a'], ['of others']]);
    for (let ended = 0; ended < 4; ended += 1) await end();
    expect(begun).toEqual([['a'], ['of others'], ['b', 'd'], ['c']]);
  });

  it('takes so many at once and no more', async () => {
    const { groups, begun, end } = committing(done);
    for (let index = 0; index < 20; index += 1) void groups.add(work(String(index)));
    for (let ended = 0; ended < 3; ended += 1) await end();
    expect(begun.map(({ length }) => length)).toEqual([1, 16, 3]);
  });

  it('settles each for itself', async () => {
    const { groups, end } = committing((one) =>
      one.name === 'bad' ? { status: 'rejected', reason: new Error('bad') } : done(one),
    );
    const [first, bad, good] = ['a', 'bad', 'good'].map((name) => groups.add(work(name)));
    const failure = expect(bad).rejects.toThrow('bad');
    await end();
    await end();
    await failure;
    expect(await Promise.all([first, good])).toEqual(['a', 'good']);
  });
});
