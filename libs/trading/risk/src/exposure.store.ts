import { type Decimal, type Id, ZERO } from '@keelson/kernel';
import { PerTransaction, sql, sqlOfRows, type Tx } from '@keelson/persistence';

/** What an approval takes at the end of its transaction. */
export interface Seal {
  readonly signalId: Id;
  readonly accountId: Id;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Exposure to reserve; zero for what only shrinks a position. */
  readonly amount: Decimal;
  /** Units by which it counts on shrinking the position; zero for what opens. */
  readonly reducing: Decimal;
  /** Order rates of the strategy; null where it has no limit. */
  readonly perSecond: number | null;
  readonly perMinute: number | null;
}

const SEAL = sqlOfRows(
  'risk.seal_approval',
  {
    ...{ signal_id: 'uuid', account_id: 'uuid', strategy: 'text', symbol: 'text', side: 'text' },
    ...{ amount: 'numeric', reducing: 'numeric', per_second: 'int', per_minute: 'int' },
  },
  (
    rows,
  ) => `select seal_approval(signal_id, account_id, strategy, symbol, side, amount, reducing, per_second, per_minute)
     from ${rows}`,
);

/** What seal_approval locks beside rows: by the same names, account by account, the rate before the position. */
const LOCK = sqlOfRows(
  'risk.lock_approvals',
  { account_id: 'uuid', kind: 'int', name: 'text' },
  (rows) => `select pg_advisory_xact_lock(hashtextextended(name, 0))
     from (select name from ${rows} order by account_id, kind, name offset 0) in_order`,
);

/** By account. */
const sealsOf = new PerTransaction<Seal[]>();

/**
 * Makes an approval binding, or raises KE010 so that the whole transaction falls and is decided anew. Comes last: the
 * account's exposure is everybody's row.
 */
export function sealApproval(tx: Tx, seal: Seal): void {
  const seals = sealsOf.get(tx, seal.accountId, () => {
    const all: Seal[] = [];
    tx.atEnd('exposure', () => sealAll(tx, all), seal.accountId);
    return all;
  });
  seals.push(seal);
}

/** One seal takes its locks and then the account's row; of several, the second would take its locks behind that row. */
function sealAll(tx: Tx, seals: readonly Seal[]): void {
  if (seals.length > 1) tx.executeRows(LOCK, seals.flatMap(locksOf));
  tx.executeRows(
    SEAL,
    seals.map(({ signalId, accountId, strategy, symbol, side, amount, reducing, perSecond, perMinute }) => ({
      ...{ signal_id: signalId, account_id: accountId, strategy, symbol, side },
      ...{ amount: amount.toFixed(), reducing: reducing.toFixed(), per_second: perSecond, per_minute: perMinute },
    })),
  );
}

function locksOf({ accountId, strategy, symbol, reducing, perSecond, perMinute }: Seal) {
  return [
    ...(perSecond === null && perMinute === null
      ? []
      : [{ account_id: accountId, kind: 1, name: `rate/${accountId}/${strategy}` }]),
    ...(reducing.gt(0) ? [{ account_id: accountId, kind: 2, name: `position/${accountId}/${symbol}` }] : []),
  ];
}

const MOVE = sql(
  'risk.move_exposure',
  'select move_exposure($1, $2::uuid[], $3::text[], $4::numeric[], $5::numeric[])',
);

/** Whose exposure moves: an order or a fill has it all. The signal says the strategy, and the symbol that reserved. */
export interface ExposureOwner {
  readonly accountId: Id;
  readonly signalId: Id;
  /** Of the position; of a spread's leg, the leg's own. */
  readonly symbol: string;
}

interface Change {
  readonly owner: ExposureOwner;
  reserved: Decimal;
  held: Decimal;
}
/** By account. */
const changesOf = new PerTransaction<Map<string, Change>>();

/** Moves exposure between reserved and held; all changes of one transaction become one call per account at its end. */
export function adjustExposure(tx: Tx, owner: ExposureOwner, by: { reserved?: Decimal; held?: Decimal }): void {
  const { reserved = ZERO, held = ZERO } = by;
  const changes = changesOfAccount(tx, owner.accountId);
  const key = `${owner.signalId}/${owner.symbol}`;
  const change = changes.get(key);
  if (!change) {
    changes.set(key, { owner, reserved, held });
    return;
  }
  change.reserved = change.reserved.plus(reserved);
  change.held = change.held.plus(held);
}

function changesOfAccount(tx: Tx, accountId: Id): Map<string, Change> {
  return changesOf.get(tx, accountId, () => {
    const changes = new Map<string, Change>();
    tx.atEnd('exposure', () => move(tx, accountId, [...changes.values()]), accountId);
    return changes;
  });
}

function move(tx: Tx, accountId: Id, changes: readonly Change[]): void {
  const moved = changes.filter(({ reserved, held }) => !reserved.isZero() || !held.isZero());
  if (moved.length === 0) return;
  tx.execute(MOVE, [
    accountId,
    moved.map(({ owner }) => owner.signalId),
    moved.map(({ owner }) => owner.symbol),
    moved.map(({ reserved }) => reserved.toFixed()),
    moved.map(({ held }) => held.toFixed()),
  ]);
}

const REVALUE = sql('risk.revalue_exposures', 'select revalue_exposures($1)');

/**
 * Lets what the account's positions have gained, by the last quotes, count as exposure; what fell below its cost counts at
 * cost. Limits on exposure bind by it until the next look.
 */
export function revalueExposures(tx: Tx, accountId: Id): void {
  tx.atEnd('exposure', () => tx.execute(REVALUE, [accountId]), accountId);
}

const DRIFTS = sql(
  'risk.exposure_drifts',
  'select team_id, account_id, scope, reserved, open_remainder from exposure_drifts()',
);

/** A scope whose reserved exposure is not the sum of what is open. */
export interface ExposureDrift {
  readonly teamId: Id;
  readonly accountId: Id;
  readonly scope: string;
  readonly reserved: string;
  readonly openRemainder: string;
}

/** Looks at every account of every team in one snapshot, so that nothing in flight looks like a difference. */
export async function exposureDrifts(tx: Tx): Promise<ExposureDrift[]> {
  const rows = await tx.query<{
    team_id: Id;
    account_id: Id;
    scope: string;
    reserved: string;
    open_remainder: string;
  }>(DRIFTS);
  return rows.map((row) => ({
    teamId: row.team_id,
    accountId: row.account_id,
    scope: row.scope,
    reserved: row.reserved,
    openRemainder: row.open_remainder,
  }));
}

const REPAIR = sql('risk.repair_exposures', 'select repair_exposures($1) as repaired');

/** Sets held and reserved of an account to what its positions and open orders add up to; returns how many scopes differed. */
export async function repairExposures(tx: Tx, accountId: Id): Promise<number> {
  const [row] = await tx.query<{ repaired: number }>(REPAIR, [accountId]);
  return row!.repaired;
}
