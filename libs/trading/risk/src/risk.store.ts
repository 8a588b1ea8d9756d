import type { Side, TradingState } from '@keelson/contracts';
import { Decimal, type Id, notional, price, quantity, ZERO } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { Finding } from './denial.ts';
import type { Situation } from './situation.ts';
import { bindingState, type ScopedState } from './trading-state.ts';

const LOAD = sql(
  'risk.load',
  `select s.account_id, s.symbol, s.side, s.quantity, s.price, s.expires_at, clock_timestamp() as now,
          a.broker, i.multiplier, i.currency, a.may_sell_short,
          (select jsonb_agg(jsonb_build_object('scope', t.scope, 'state', t.state, 'generation', t.halt_generation::text))
             from trading_states t
            where t.scope in ('platform', 'team:' || s.team_id, 'account:' || s.account_id)) as states,
          (select jsonb_object_agg(l.name, l.value::text) from risk_limits l where l.account_id = s.account_id) as limits,
          e.held, e.reserved, e.maximum,
          (select p.quantity from positions p where p.account_id = s.account_id and p.symbol = s.symbol) as position,
          (select count(*)::int from positions p where p.account_id = s.account_id and p.quantity <> 0) as open_positions,
          (select d.signal_id from signals d
             join verdicts dv on dv.signal_id = d.signal_id and dv.approved
            where s.sender_id is null and s.sent_at is not null and s.order_reference is not null
              and d.sender_id is null and d.account_id = s.account_id and d.sent_at = s.sent_at
              and d.order_reference = s.order_reference and d.strategy = s.strategy and d.symbol = s.symbol
              and d.side = s.side and d.quantity = s.quantity and d.price = s.price
              and d.signal_id <> s.signal_id
            limit 1) as twin,
          exists (select from verdicts v where v.signal_id = s.signal_id) as decided
     from signals s
     join accounts a on a.account_id = s.account_id
     join instruments i on i.symbol = s.symbol
     left join exposures e on e.account_id = s.account_id
    where s.signal_id = $1`,
);

interface LoadRow {
  readonly account_id: Id;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly expires_at: Date;
  readonly now: Date;
  readonly broker: string;
  readonly multiplier: string;
  readonly currency: string;
  readonly may_sell_short: boolean;
  readonly states: readonly ScopedState[] | null;
  readonly limits: { readonly max_notional?: string; readonly max_open_positions?: string } | null;
  readonly held: string | null;
  readonly reserved: string | null;
  readonly maximum: string | null;
  readonly position: string | null;
  readonly open_positions: number;
  readonly twin: Id | null;
  readonly decided: boolean;
}

/** What the checks of a signal look at, and whether it has its verdict already. */
export async function loadSituation(tx: Tx, signalId: Id): Promise<{ situation: Situation; decided: boolean }> {
  const [row] = await tx.query<LoadRow>(LOAD, [signalId]);
  if (!row) throw new Error(`Signal ${signalId} is not in the database of this team`);
  return { situation: situationOf(signalId, row), decided: row.decided };
}

function situationOf(signalId: Id, row: LoadRow): Situation {
  const { state, generation } = bindingState(row.states ?? []);
  const units = quantity(row.quantity);
  const at = price(row.price);
  const multiplier = new Decimal(row.multiplier);
  return {
    signalId,
    accountId: row.account_id,
    symbol: row.symbol,
    side: row.side,
    quantity: units,
    price: at,
    notional: notional(units, at, multiplier),
    broker: row.broker,
    multiplier,
    currency: row.currency,
    expiresAt: row.expires_at,
    now: row.now,
    tradingState: state,
    haltGeneration: generation,
    limits: {
      ...(row.limits?.max_notional && { maxNotional: new Decimal(row.limits.max_notional) }),
      ...(row.limits?.max_open_positions && { maxOpenPositions: new Decimal(row.limits.max_open_positions) }),
    },
    ...(row.maximum !== null && {
      exposure: {
        held: new Decimal(row.held!),
        reserved: new Decimal(row.reserved!),
        maximum: new Decimal(row.maximum),
      },
    }),
    maySellShort: row.may_sell_short,
    position: row.position === null ? ZERO : new Decimal(row.position),
    openPositions: row.open_positions,
    ...(row.twin && { twin: row.twin }),
  };
}

const INSERT_VERDICT = sql(
  'risk.insert_verdict',
  `insert into verdicts (signal_id, team_id, approved, code, checks, halt_generation) values ($1, $2, $3, $4, $5, $6)`,
);

/** Records the one verdict of a signal; a second one is refused by the key. */
export function insertVerdict(
  tx: Tx,
  verdict: {
    signalId: Id;
    approved: boolean;
    code: string | undefined;
    findings: readonly Finding[];
    haltGeneration: string;
  },
): void {
  const { signalId, approved, code, findings, haltGeneration } = verdict;
  tx.execute(INSERT_VERDICT, [signalId, tx.teamId, approved, code ?? null, JSON.stringify(findings), haltGeneration]);
}

const RESERVE = sql('risk.reserve', 'select reserve_exposure($1, $2)');

/** Reserves, or raises KE010 so that the whole transaction falls. Must come last: the row is everybody's. */
export function reserveExposure(tx: Tx, accountId: Id, amount: string): void {
  tx.atEnd(1, () => tx.execute(RESERVE, [accountId, amount]));
}

const ADJUST = sql(
  'risk.adjust_exposure',
  'update exposures set reserved = reserved + $2, held = held + $3 where account_id = $1',
);

interface ExposureChange {
  reserved: Decimal;
  held: Decimal;
}
const changes = new WeakMap<Tx, Map<Id, ExposureChange>>();

/** Moves exposure between reserved and held; all changes of one transaction become one update at its end. */
export function adjustExposure(tx: Tx, accountId: Id, by: { reserved?: Decimal; held?: Decimal }): void {
  let ofTx = changes.get(tx);
  if (!ofTx) changes.set(tx, (ofTx = new Map<Id, ExposureChange>()));
  const change = ofTx.get(accountId);
  if (change) {
    change.reserved = change.reserved.plus(by.reserved ?? ZERO);
    change.held = change.held.plus(by.held ?? ZERO);
    return;
  }
  const first: ExposureChange = { reserved: by.reserved ?? ZERO, held: by.held ?? ZERO };
  ofTx.set(accountId, first);
  tx.atEnd(1, () => tx.execute(ADJUST, [accountId, first.reserved.toFixed(), first.held.toFixed()]));
}

const READ_STATE = sql(
  'risk.read_state',
  'select scope, state, halt_generation::text as generation from trading_states where scope = any($1)',
);

/** The stored states of some scopes. */
export function readStates(tx: Tx, scopes: readonly string[]): Promise<ScopedState[]> {
  return tx.query<ScopedState>(READ_STATE, [scopes]);
}

const WRITE_STATE = sql(
  'risk.write_state',
  `insert into trading_states as t (scope, team_id, state, halt_generation, reason, actor)
   values ($1, $2, $3, 1, $4, $5)
   on conflict (scope) do update
      set state = excluded.state, halt_generation = t.halt_generation + 1, reason = excluded.reason,
          actor = excluded.actor, changed_at = clock_timestamp()
   returning halt_generation::int as generation`,
);

export async function writeState(
  tx: Tx,
  change: { scope: string; teamId: Id | null; to: TradingState; reason: string; actor: string },
): Promise<number> {
  const { scope, teamId, to, reason, actor } = change;
  const [row] = await tx.query<{ generation: number }>(WRITE_STATE, [scope, teamId, to, reason, actor]);
  return row!.generation;
}
