import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { restateAccount } from '../src/index.ts';
import fc from 'fast-check';
import { type Books, LedgerWorld, SOUND, type TestFill } from './support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await LedgerWorld.start();
});
afterAll(() => world.close());

const AT = Date.parse('2026-03-02T15:00:00.000Z');

/** Fills of a share and a future, with shares that do not divide evenly, each at an instant of its own. */
const fills = fc
  .array(
    fc.record({
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.integer({ min: 1, max: 7 }),
      price: fc.integer({ min: 1, max: 30_000 }).map((cents) => String(cents / 100)),
      symbol: fc.constantFrom('ACME', 'ES'),
      fee: fc.constantFrom('0', '0.35', '1'),
      strategy: fc.constantFrom('one', 'two'),
    }),
    { minLength: 2, maxLength: 9 },
  )
  .map((all): TestFill[] => all.map((fill, index) => ({ ...fill, at: new Date(AT + 1_000 * index).toISOString() })));

const RUNS = { numRuns: 10, endOnFailure: true };

/** Trade ids follow from fills, which differ between two accounts; what counts is what they say. */
function comparable({ trades, ...books }: Books): unknown {
  return { ...books, trades: (trades as unknown[][]).map(([, ...figures]) => figures) };
}

async function booksOf(all: readonly TestFill[]): Promise<unknown> {
  await world.newAccount();
  for (const fill of all) await world.fill(fill);
  return comparable(await world.books());
}

describe('the books after any fills', () => {
  it('agree with themselves', async () => {
    await fc.assert(
      fc.asyncProperty(fills, async (all) => {
        await booksOf(all);
        expect(await world.audit()).toEqual(SOUND);
      }),
      RUNS,
    );
  }, 120_000);

  it('are the same in whatever order the fills came, once they are restated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fills.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        async ([inOrder, shuffled]) => {
          const wanted = await booksOf(inOrder);
          await booksOf(shuffled);
          const { teamId, accountId } = world.accountOf();
          await restateAccount(world.database.db, teamId, accountId);
          expect(comparable(await world.books())).toEqual(wanted);
          expect(await world.audit()).toEqual(SOUND);
          expect(await restateAccount(world.database.db, teamId, accountId)).toEqual([]);
        },
      ),
      RUNS,
    );
  }, 120_000);

  it('are as if a fill had never been, once it is busted, wherever it stood', async () => {
    await fc.assert(
      fc.asyncProperty(fills, fc.nat(), async (all, pick) => {
        const victim = pick % all.length;
        const wanted = await booksOf(all.filter((_, index) => index !== victim));
        await world.newAccount();
        let bust: Parameters<LedgerWorld['bustOf']>[0] | undefined;
        for (const [index, fill] of all.entries()) {
          const message = await world.fill(fill);
          if (index === victim) bust = message;
        }
        await world.run(world.bustOf(bust!));
        expect(comparable(await world.books())).toEqual(wanted);
        expect(await world.audit()).toEqual(SOUND);
      }),
      RUNS,
    );
  }, 120_000);
});
