import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { amountArgument, auditEntries, bookByCommand, entryLines, postedEntries } from '../trading/ledger.ts';

export const ledgerWithdraw = defineCarefulCommand({
  name: 'ledger withdraw',
  summary: 'book money that was taken out of an account',
  danger: 'changes',
  args: z.object({
    account: flag(z.uuid(), 'the account'),
    amount: flag(amountArgument, 'how much, above zero'),
    currency: flag(
      z
        .string()
        .regex(/^[A-Z]{3,10}$/, 'must be a currency, e.g. USD')
        .default('USD'),
      'of what',
    ),
    reference: flag(
      z.string().trim().min(1).max(200),
      'names it, e.g. the bank reference: it is booked once per reference',
    ),
  }),
  examples: [
    'keelson ledger withdraw --account 37abd06c-5b56-88be-9a7a-a207449e28e3 --amount 5000 --reference "wire 81"',
  ],
  output: postedEntries,
  async plan(_context, { account, amount, currency, reference }) {
    return { steps: [`book -${amount} ${currency} of account ${account} as "${reference}"`], unattended: 'proceed' };
  },
  apply: (context, { account, amount, currency, reference }) =>
    bookByCommand(context, account, async (tx, teamId) => {
      const { moveCapital } = await import('@keelson/ledger');
      return moveCapital(tx, {
        ...{ teamId, accountId: account, currency, reference, at: new Date() },
        amount: `-${amount}`,
      });
    }),
  // The entry and the balance are one commit, refused by the database when they do not balance.
  verify: () => Promise.resolve(),
  audit: (context, { reference }, posted) => auditEntries(context, 'ledger.withdraw', reference, posted),
  human: entryLines,
});
