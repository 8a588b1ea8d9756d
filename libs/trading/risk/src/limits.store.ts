import { type LimitName, limits as catalogue } from '@keelson/contracts';
import { type Id, parseDecimal } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

/** A limit to be set. */
export interface LimitChange {
  readonly accountId: Id;
  /** `account`, `strategy:<name>` or `symbol:<symbol>`. */
  readonly scope: string;
  readonly name: LimitName;
  /** Decimal text, not negative; null is unlimited, `remove` gives a narrower scope back to the account's limit. */
  readonly value: string | null | 'remove';
  readonly reason: string;
  readonly actor: string;
}

const SCOPE = /^(account|strategy:.{1,100}|symbol:.{1,64})$/;

const SET = sql(
  'limits.set',
  `insert into risk_limits (account_id, team_id, scope, name, value, reason, actor) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (account_id, scope, name) do update
      set value = excluded.value, reason = excluded.reason, actor = excluded.actor`,
);
const EXPLAIN_REMOVAL = sql(
  'limits.explain_removal',
  'update risk_limits set reason = $4, actor = $5 where account_id = $1 and scope = $2 and name = $3',
);
const REMOVE = sql('limits.remove', 'delete from risk_limits where account_id = $1 and scope = $2 and name = $3');

/**
 * Changes one limit: the next verdict on the account reads the new version. History, version and the maximum of the
 * exposure row follow by trigger, so that no other writer can leave them behind either.
 */
export function setLimit(tx: Tx, change: LimitChange): void {
  const { accountId, scope, name, value, reason, actor } = change;
  refuseNonsense(change);
  if (value !== 'remove') return tx.execute(SET, [accountId, tx.teamId, scope, name, value, reason, actor]);
  tx.execute(EXPLAIN_REMOVAL, [accountId, scope, name, reason, actor]);
  tx.execute(REMOVE, [accountId, scope, name]);
}

function refuseNonsense({ scope, name, value }: LimitChange): void {
  if (!SCOPE.test(scope)) throw new Error(`"${scope}" is no scope: write account, strategy:<name> or symbol:<symbol>`);
  if (!catalogue.some((limit) => limit.name === name)) {
    throw new Error(`There is no limit "${name}": it is one of ${catalogue.map((limit) => limit.name).join(', ')}`);
  }
  if (value === 'remove' && scope === 'account') {
    throw new Error(
      'An account without a limit trades nothing: set the value, or null for unlimited, instead of removing it',
    );
  }
  if (value === null || value === 'remove') return;
  const amount = parseDecimal(value);
  if (!amount || amount.isNegative())
    throw new Error(`"${value}" is no limit: write a decimal number that is not negative`);
}

const READ = sql(
  'limits.read',
  `select scope, name, value, version, reason, actor, changed_at from risk_limits where account_id = $1 order by scope, name`,
);

/** A limit with who set it, when and why. */
export interface StoredLimit {
  readonly scope: string;
  readonly name: string;
  /** Decimal text; null is unlimited. */
  readonly value: string | null;
  readonly version: number;
  readonly reason: string;
  readonly actor: string;
  readonly changed_at: Date;
}

/** Every limit of an account, the narrower scopes after its own. */
export function readLimits(tx: Tx, accountId: Id): Promise<StoredLimit[]> {
  return tx.query<StoredLimit & Record<string, unknown>>(READ, [accountId]);
}
