import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { changeTradingState, recordChange, stateChange, verifyTradingState } from '../trading/trading-state.ts';

/** Asks nothing: an emergency brake that hesitates is none. It is undone by `keelson resume`. */
export const halt = defineCarefulCommand({
  name: 'halt',
  summary: 'deny every new order at once, platform-wide or for one account; cancels still pass',
  danger: 'changes',
  args: z.object({
    reason: flag(z.string().min(1).max(500).default('halted by an operator'), 'why; it is audited and streamed'),
    account: flag(z.uuid().optional(), 'only this account instead of the whole platform'),
    reduceOnly: flag(z.boolean().default(false), 'let orders pass that only shrink a position (REDUCING)'),
  }),
  examples: [
    'keelson halt --reason "feed shows stale prices"',
    'keelson halt --account 37abd06c-5b56-88be-9a7a-a207449e28e3',
  ],
  output: stateChange,
  async plan(_context, args) {
    return {
      steps: [`set ${args.account ?? 'the platform'} to ${args.reduceOnly ? 'REDUCING' : 'HALTED'}`],
      unattended: 'proceed',
    };
  },
  apply: (context, args) =>
    changeTradingState(context, {
      to: args.reduceOnly ? 'REDUCING' : 'HALTED',
      reason: args.reason,
      accountId: args.account,
    }),
  verify: (context, _args, change) => verifyTradingState(context, change),
  audit: (context, _args, change) => recordChange(context, 'trading.halt', change),
  human: ({ scope, from, to, reason }, paint) =>
    `${paint.bold(to)} (${scope}, was ${from}): ${reason}. Undo: keelson resume --reason "…"`,
});
