import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { exitCode } from '../framework/failure.ts';
import { resumeNow, resumeReport } from '../trading/resuming.ts';
import { recordChange, verifyTradingState } from '../trading/trading-state.ts';

export const resume = defineCarefulCommand({
  name: 'resume',
  summary: 'let new orders pass again; in prod once two people have said so',
  danger: 'dangerous',
  args: z.object({
    reason: flag(
      z.string({ error: 'is required: say why it is safe to trade again' }).trim().min(1).max(500),
      'why it is safe; audited and streamed',
    ),
    scope: flag(
      z.string().min(1).max(300).default('platform'),
      'platform, team:<id>, account:<id>, strategy:<team id>:<name> or symbol:<team id>:<symbol>',
    ),
    account: flag(z.uuid().optional(), 'short for --scope account:<id>'),
  }),
  examples: ['keelson resume --reason "feed is back, prices checked against the venue"'],
  output: resumeReport,
  async plan(_context, args) {
    return {
      steps: [`set ${args.account ? `account:${args.account}` : args.scope} to ACTIVE: new orders pass from then on`],
      question: 'Let trading go on?',
      // The reason, which must be given, is what a script says instead of yes.
      unattended: 'proceed',
    };
  },
  apply: (context, { reason, scope, account }) =>
    resumeNow(context, { reason, scope: account ? `account:${account}` : scope }),
  verify: async (context, _args, result) => {
    if (result.outcome === 'resumed') await verifyTradingState(context, { scope: result.scope, to: 'ACTIVE' });
  },
  audit: (context, _args, result) =>
    recordChange(context, result.outcome === 'resumed' ? 'trading.resume' : 'trading.resume_approved', result),
  exitCode: ({ outcome }) => (outcome === 'resumed' ? exitCode.success : exitCode.policy),
  human: ({ outcome, scope, from, reason, approved_by }, paint) =>
    outcome === 'resumed'
      ? `${paint.good('ACTIVE')} (${scope}, was ${from}): ${reason}`
      : `${paint.warn('Not yet')}: ${approved_by.join(', ')} agreed; a second person must run the same command within 15 minutes`,
});
