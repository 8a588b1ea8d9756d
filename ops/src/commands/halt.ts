import { type Duration, milliseconds } from '@keelson/kernel';
import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { haltNow, haltReport, reduceOnly } from '../trading/halting.ts';
import { recordChange, verifyTradingState } from '../trading/trading-state.ts';

const args = z.object({
  reason: flag(z.string().min(1).max(500).default('halted by an operator'), 'why; it is audited and streamed'),
  scope: flag(
    z.string().min(1).max(300).default('platform'),
    'platform, team:<id>, account:<id>, strategy:<team id>:<name> or symbol:<team id>:<symbol>',
  ),
  account: flag(z.uuid().optional(), 'short for --scope account:<id>'),
  cancelAll: flag(z.boolean().default(false), 'cancel protective (reduce-only) orders too'),
  flatten: flag(
    z.boolean().default(false),
    'close every position, once all cancels are confirmed; takes protective orders too',
  ),
  reduceOnly: flag(z.boolean().default(false), 'no halt: let orders pass that only shrink a position (REDUCING)'),
  wait: flag(
    z
      .string()
      .regex(/^\d+ (milli)?seconds?$/, 'must be e.g. "10 seconds"')
      .default('10 seconds'),
    'how long to stay for the proof; the halt goes on without you',
  ),
});
type Args = z.output<typeof args>;

const scopeOf = ({ account, scope }: Args): string => (account ? `account:${account}` : scope);

function refuseNonsense(args: Args): void {
  if (args.account && args.scope !== 'platform') {
    throw new Failure('--account and --scope name two scopes', { code: exitCode.usage, fix: 'give one of them' });
  }
  if (args.reduceOnly && (args.cancelAll || args.flatten)) {
    const fix = 'leave --reduce-only away: a halt that cancels or flattens lets nothing new pass';
    throw new Failure('--reduce-only does not go with --cancel-all or --flatten', { code: exitCode.usage, fix });
  }
  if (args.flatten && scopeOf(args).startsWith('strategy:')) {
    const fix = 'halt the strategy, then flatten its account or symbol';
    throw new Failure('At a broker a strategy has no position of its own', { code: exitCode.usage, fix });
  }
}

/** Asks nothing: an emergency brake that hesitates is none. It is undone by `keelson resume`. */
export const halt = defineCarefulCommand({
  name: 'halt',
  summary: 'let no new order out, cancel what is working, and prove it from the venue',
  danger: 'changes',
  args,
  examples: [
    'keelson halt --reason "feed shows stale prices"',
    'keelson halt --flatten --reason "close everything"',
    'keelson halt --scope account:37abd06c-5b56-88be-9a7a-a207449e28e3 --cancel-all',
  ],
  output: haltReport,
  async plan(_context, args) {
    refuseNonsense(args);
    const scope = scopeOf(args);
    if (args.reduceOnly) return { steps: [`set ${scope} to REDUCING`], unattended: 'proceed' };
    const cancel = args.cancelAll || args.flatten ? 'cancel every order' : 'cancel every order that protects nothing';
    return {
      steps: [
        `halt ${scope}: no new order leaves`,
        `${cancel} at the venue, then ${args.flatten ? 'close every position, then ' : ''}read the venue again`,
      ],
      unattended: 'proceed',
    };
  },
  apply: (context, args) => {
    const { reason, cancelAll, flatten } = args;
    const scope = scopeOf(args);
    if (args.reduceOnly) return reduceOnly(context, { reason, scope });
    const waitMs = milliseconds(args.wait as Duration);
    return haltNow(context, { scope, reason, cancelAll, flatten, waitMs });
  },
  // A halt is verified at the venue, as its last phase; a state alone is read back.
  verify: async (context, _args, result) => {
    if (result.state === 'REDUCING') await verifyTradingState(context, { scope: result.scope, to: 'REDUCING' });
  },
  audit: (context, _args, result) => recordChange(context, 'trading.halt', result),
  exitCode: ({ phase }) => (phase === null || phase === 'done' ? exitCode.success : exitCode.timeout),
  human: (result, paint) => {
    const undo = 'Undo: keelson resume --reason "…"';
    if (result.state === 'REDUCING') return `${paint.bold('REDUCING')} (${result.scope}): ${result.reason}. ${undo}`;
    const { scope, proof, problem, phase, done_after_ms } = result;
    if (!proof) {
      return `${paint.bold('HALTED')} (${scope}), but not proven yet: ${phase}: ${problem ?? 'under way'}. It goes on by itself; run the command again to see it.`;
    }
    const { orders_open, orders_kept, positions_open, snapshot_at, last_order_out } = proof;
    return [
      `${paint.bold('HALTED')} (${scope}), proven after ${done_after_ms} ms: ${orders_open} orders open, ${orders_kept} kept, ${positions_open} positions`,
      `  venue read at ${snapshot_at ?? 'no account'}; last order out at ${last_order_out ?? 'none lately'}. ${undo}`,
    ].join('\n');
  },
});
