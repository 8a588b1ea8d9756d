import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { type Command, defineCarefulCommand } from '../framework/command.ts';
import { amountArgument, auditEntries, bookByCommand, entryLines, postedEntries } from './ledger.ts';

const currencyArgument = z.string().regex(/^[A-Z]{3,10}$/, 'must be a currency, e.g. USD');
const EXAMPLE_ACCOUNT = '37abd06c-5b56-88be-9a7a-a207449e28e3';
const referenceArgument = z.string().trim().min(1).max(200);

/** A command that books money paid into an account, or taken out of it: the two differ in the sign alone. */
export function moveCapitalCommand({
  verb,
  summary,
  sign,
}: {
  readonly verb: 'deposit' | 'withdraw';
  readonly summary: string;
  readonly sign: '' | '-';
}): Command {
  return defineCarefulCommand({
    name: `ledger ${verb}`,
    summary,
    danger: 'changes',
    args: z.object({
      account: flag(z.uuid(), 'the account'),
      amount: flag(amountArgument, 'how much, above zero'),
      currency: flag(currencyArgument.default('USD'), 'of what'),
      reference: flag(referenceArgument, 'names it, e.g. the bank reference: it is booked once per reference'),
    }),
    examples: [`keelson ledger ${verb} --account ${EXAMPLE_ACCOUNT} --amount 5000 --reference "wire 81"`],
    output: postedEntries,
    async plan(_context, { account, amount, currency, reference }) {
      const step = `book ${sign}${amount} ${currency} of account ${account} as "${reference}"`;
      return { steps: [step], unattended: 'proceed' };
    },
    apply: (context, { account, amount, currency, reference }) =>
      bookByCommand(context, account, async (tx, teamId) => {
        const { moveCapital } = await import('@keelson/ledger');
        const move = { teamId, accountId: account, currency, reference, at: new Date() };
        return moveCapital(tx, { ...move, amount: `${sign}${amount}` });
      }),
    // The entry and the balance are one commit, refused by the database when they do not balance.
    verify: () => Promise.resolve(),
    audit: (context, { reference }, posted) => auditEntries(context, `ledger.${verb}`, reference, posted),
    human: entryLines,
  });
}
