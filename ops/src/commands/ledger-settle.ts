import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { auditEntries, bookByCommand, entryLines, postedEntries } from '../trading/ledger.ts';

const decimal = z.string().regex(/^-?\d{1,18}(\.\d{1,12})?$/, 'must be a plain decimal');

export const ledgerSettle = defineCarefulCommand({
  name: 'ledger settle',
  summary: 'book the end of a contract: expiry, assignment or exercise',
  danger: 'dangerous',
  args: z.object({
    account: flag(z.uuid(), 'the account'),
    symbol: flag(z.string().min(1).max(64), 'the option or future that ended'),
    how: flag(
      z.enum(['expiry', 'assignment', 'exercise']).default('expiry'),
      'expiry closes at --price; the others close at zero and deliver the underlying at the strike',
    ),
    price: flag(decimal.default('0'), 'settlement price of an expiry, per unit; 0 is worthless'),
    quantity: flag(decimal.optional(), 'contracts that end; all that are held when left out'),
    reference: flag(z.string().trim().min(1).max(200).default('expiry'), 'names it: it is booked once per reference'),
  }),
  examples: [
    'keelson ledger settle --account 37abd06c-5b56-88be-9a7a-a207449e28e3 --symbol "SPY   260320C00600000"',
    'keelson ledger settle --account 37abd06c-5b56-88be-9a7a-a207449e28e3 --symbol "SPY   260320P00600000" --how assignment',
  ],
  output: postedEntries,
  async plan(_context, { account, symbol, how, price }) {
    const step = how === 'expiry' ? `close ${symbol} at ${price}` : `close ${symbol} at 0 and deliver at its strike`;
    return { steps: [`${step}, in account ${account}`], question: 'Book it?', unattended: 'refuse' };
  },
  apply: (context, { account, symbol, how, price, quantity, reference }) =>
    bookByCommand(context, account, async (tx, teamId) => {
      const { endContract } = await import('@keelson/ledger');
      return endContract(tx, {
        ...{ teamId, accountId: account, symbol, how, reference, settlementPrice: price, at: new Date() },
        ...(quantity !== undefined && { quantity }),
      });
    }),
  verify: () => Promise.resolve(),
  audit: (context, { reference }, posted) => auditEntries(context, 'ledger.settle', reference, posted),
  human: entryLines,
});
