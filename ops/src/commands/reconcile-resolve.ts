import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { readReconciliation, showReconciliation, teamOfDrift } from '../trading/reconciliation.ts';
import { changeTradingState } from '../trading/trading-state.ts';

const WHY_NOT = {
  unknown: 'no team has a drift of this id',
  ended: 'it was mended or settled already',
  price_needed: 'a position is taken over at a price: add --price',
  instrument_unknown: 'its instrument is not known here: add it first',
} as const;

const output = z.object({
  resolved: z.array(z.object({ drift_id: z.string(), account_id: z.string(), outcome: z.string() })),
  /** Accounts that may trade again. */
  resumed: z.array(z.string()),
});

export const reconcileResolve = defineCarefulCommand({
  name: 'reconcile resolve',
  summary: 'decide whose books are right: the venue’s or ours',
  danger: 'dangerous',
  args: z.object({
    id: positional(z.union([z.literal('all'), z.uuid()]), 'id of the drift, or "all" that are open'),
    accept: flag(z.enum(['venue', 'ours']), 'whose books are right'),
    reason: flag(z.string({ error: 'is required: say how you know' }).trim().min(1).max(500), 'how you know; audited'),
    price: flag(z.string().optional(), 'of a position that is taken over from the venue'),
    resume: flag(z.boolean().default(false), 'let the accounts trade again that the drifts restricted'),
  }),
  examples: [
    'keelson reconcile resolve 0b9c3f0e-7d1a-8f2c-9a51-3f6d2c7e1a44 --accept venue --reason "the desk confirmed the bust"',
    'keelson reconcile resolve all --accept ours --reason "compared by hand" --resume',
  ],
  output,
  async plan(context, { id, accept, resume }) {
    const { drifts } = await showReconciliation(context, { all: false });
    const chosen = drifts.filter(({ drift_id }) => id === 'all' || drift_id === id);
    const steps = chosen.map(
      ({ kind, subject, account_id }) => `${kind} ${subject} of ${account_id}: ${accept} is right`,
    );
    return {
      steps: resume ? [...steps, 'set their accounts to ACTIVE'] : steps,
      question: 'Settle it so?',
      unattended: 'proceed',
    };
  },
  apply: (context, { id, accept, reason, price, resume }) =>
    withDatabase(context, async (db) => {
      const [{ resolveDrift }, { announce }] = await Promise.all([
        import('@keelson/oversight'),
        import('@keelson/stream'),
      ]);
      const { drifts } = await readReconciliation(db, { all: false });
      const chosen = id === 'all' ? drifts : drifts.filter(({ drift_id }) => drift_id === id);
      if (id !== 'all' && chosen.length === 0) throw refused('unknown');
      const done: z.output<typeof output> = { resolved: [], resumed: [] };
      for (const { drift_id: driftId, account_id } of chosen) {
        const teamId = await teamOfDrift(db, driftId);
        if (teamId === undefined) throw refused('unknown');
        const wanted = { teamId, driftId, accept, reason, price, actor: context.actor };
        const resolved = await resolveDrift(db, wanted, announce);
        if (resolved.outcome === 'refused') throw refused(resolved.because);
        done.resolved.push({ drift_id: driftId, account_id, outcome: resolved.outcome });
      }
      const restricted = new Set(chosen.filter(({ led_to }) => led_to !== null).map(({ account_id }) => account_id));
      for (const accountId of resume ? restricted : []) {
        await changeTradingState(context, { to: 'ACTIVE', reason, scope: `account:${accountId}` });
        done.resumed.push(accountId);
      }
      return done;
    }),
  async verify(context, _args, { resolved }) {
    const { drifts } = await showReconciliation(context, { all: false });
    const settled = new Set(resolved.filter(({ outcome }) => outcome === 'accepted').map(({ drift_id }) => drift_id));
    const left = drifts.find(({ drift_id }) => settled.has(drift_id));
    if (left) {
      throw new Failure(`Drift ${left.drift_id} is open again`, {
        code: exitCode.resource,
        fix: 'keelson reconcile show',
      });
    }
  },
  audit: (context, { accept, reason }, { resolved, resumed }) =>
    recordOperation(context, {
      action: 'reconciliation.resolve',
      subject: resolved.map(({ drift_id }) => drift_id).join(' ') || 'nothing was open',
      reason,
      details: { accept, resumed },
    }),
  human: ({ resolved, resumed }, paint) =>
    [
      ...resolved.map(({ drift_id, outcome }) => `${paint.good(outcome)} ${drift_id}`),
      ...resumed.map((account) => `${paint.good('ACTIVE')} ${account}`),
      ...(resolved.length === 0 ? ['no drift is open'] : []),
    ].join('\n'),
});

function refused(because: keyof typeof WHY_NOT): Failure {
  return new Failure(`The drift was left as it is: ${WHY_NOT[because]}`, {
    code: exitCode.usage,
    fix: 'keelson reconcile show',
  });
}
