import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { changeTradingState, recordChange, stateChange, verifyTradingState } from '../trading/trading-state.ts';

export const resume = defineCarefulCommand({
  name: 'resume',
  summary: 'let new orders pass again, platform-wide or for one account',
  danger: 'dangerous',
  args: z.object({
    reason: flag(
      z.string({ error: 'is required: say why it is safe to trade again' }).trim().min(1).max(500),
      'why it is safe; audited and streamed',
    ),
    account: flag(z.uuid().optional(), 'only this account instead of the whole platform'),
  }),
  examples: ['keelson resume --reason "feed is back, prices checked against the venue"'],
  output: stateChange,
  async plan(_context, args) {
    return {
      steps: [`set ${args.account ?? 'the platform'} to ACTIVE: new orders pass from that moment on`],
      question: 'Let trading go on?',
      // The reason, which must be given, is what a script says instead of yes.
      unattended: 'proceed',
    };
  },
  apply: (context, args) => changeTradingState(context, { to: 'ACTIVE', reason: args.reason, accountId: args.account }),
  verify: (context, _args, change) => verifyTradingState(context, change),
  audit: (context, _args, change) => recordChange(context, 'trading.resume', change),
  human: ({ scope, from, to, reason }, paint) => `${paint.good(to)} (${scope}, was ${from}): ${reason}`,
});
