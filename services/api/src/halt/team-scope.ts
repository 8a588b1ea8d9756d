import type { Identity } from '@keelson/access';
import { isId } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Scope } from '@keelson/risk';
import { HttpProblem } from '@keelson/runtime';
import { z } from 'zod';

/** As callers write it: their team is that of their token, so it is never named. */
export const scopeText = z
  .string()
  .min(1)
  .max(200)
  .regex(
    /^(team|(account|strategy|symbol):.+|platform)$/,
    'must be team, account:<id>, strategy:<name> or symbol:<symbol>',
  );

const OWN_ACCOUNT = sql('api.own_account', 'select account_id from accounts where account_id = $1');

/** A scope of the caller's team. Throws 403 for the platform, 404 for an account of somebody else. */
export async function scopeOf(
  tx: Tx,
  { teamId }: Identity,
  text: string,
): Promise<Exclude<Scope, { kind: 'platform' }>> {
  if (text === 'team') return { kind: 'team', teamId };
  if (text === 'platform') {
    throw new HttpProblem('FORBIDDEN', 'The whole platform is halted and resumed by its operators: keelson halt');
  }
  const kind = text.slice(0, text.indexOf(':'));
  const name = text.slice(kind.length + 1);
  if (kind === 'strategy') return { kind, teamId, strategy: name };
  if (kind === 'symbol') return { kind, teamId, symbol: name };
  const [own] = isId(name) ? await tx.query(OWN_ACCOUNT, [name]) : [];
  if (!own) throw new HttpProblem('NOT_FOUND', 'Your team has no such account');
  return { kind: 'account', teamId, accountId: name };
}
