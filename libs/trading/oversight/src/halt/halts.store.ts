import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import { scopeKey } from '@keelson/risk/trading-state';
import type { AccountProof, Halt, HaltAccount, HaltOrigin, HaltPhase, HaltProof, HaltRequest } from './halt.ts';
import { scopeFrom, teamOf } from './scope.ts';

/** The columns of a halt, by the alias of its table. */
export function haltColumns(alias: string): string {
  const plain = [
    'halt_id',
    'team_id',
    'scope',
    'cancel_all',
    'flatten',
    'phase',
    'origin',
    'reason',
    'actor',
    'problem',
  ];
  const times = ['proof', 'requested_at', 'blocked_at', 'finished_at'];
  const named = [...plain, ...times].map((column) => `${alias}.${column}`);
  return [...named, `${alias}.halt_generation::int as generation`].join(', ');
}

export interface HaltRow {
  readonly halt_id: Id;
  readonly team_id: Id | null;
  readonly scope: string;
  readonly cancel_all: boolean;
  readonly flatten: boolean;
  readonly phase: HaltPhase;
  readonly generation: number | null;
  readonly origin: HaltOrigin;
  readonly reason: string;
  readonly actor: string;
  readonly problem: string | null;
  readonly proof: HaltProof | null;
  readonly requested_at: Date;
  readonly blocked_at: Date | null;
  readonly finished_at: Date | null;
  readonly [column: string]: unknown;
}

export function haltOf(row: HaltRow): Halt {
  return {
    haltId: row.halt_id,
    scope: scopeFrom(row.scope, row.team_id ?? undefined),
    cancelAll: row.cancel_all,
    flatten: row.flatten,
    phase: row.phase,
    generation: row.generation ?? undefined,
    origin: row.origin,
    reason: row.reason,
    actor: row.actor,
    problem: row.problem ?? undefined,
    proof: row.proof ?? undefined,
    requestedAt: row.requested_at,
    blockedAt: row.blocked_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}

const REQUEST = sql(
  'halts.request',
  `insert into halts as h (halt_id, team_id, scope, cancel_all, flatten, phase, origin, reason, actor)
   values ($1, $2, $3, $4, $5, 'block', $6, $7, $8)
   on conflict (scope) where finished_at is null do update
      set cancel_all = h.cancel_all or excluded.cancel_all, flatten = h.flatten or excluded.flatten,
          phase = case when h.phase <> 'block' and ((excluded.cancel_all and not h.cancel_all)
                                                 or (excluded.flatten and not h.flatten)) then 'cancel' else h.phase end
   returning ${haltColumns('h')}`,
);

/** Records that a halt is wanted. While one of the same scope is under way they are one, with the options of both. */
export async function insertRequest(tx: Tx, haltId: Id, request: HaltRequest): Promise<Halt> {
  const { scope, cancelAll, flatten, origin, reason, actor } = request;
  const [row] = await tx.query<HaltRow>(REQUEST, [
    ...[haltId, teamOf(scope) ?? null, scopeKey(scope), cancelAll, flatten, origin, reason, actor],
  ]);
  return haltOf(row!);
}

const READ = sql('halts.read', `select ${haltColumns('h')} from halts h where halt_id = $1`);

/** A halt, as the team of the transaction or as the relay; undefined when it is none of theirs. */
export async function readHalt(tx: Tx, haltId: Id): Promise<Halt | undefined> {
  const [row] = await tx.query<HaltRow>(READ, [haltId]);
  return row && haltOf(row);
}

const UNFINISHED = sql(
  'halts.unfinished',
  `select ${haltColumns('h')} from halts h where finished_at is null order by requested_at`,
);

/** Every halt that is not done: of all teams for the relay, else of the platform and the transaction's own team. */
export async function unfinishedHalts(tx: Tx): Promise<readonly Halt[]> {
  return (await tx.query<HaltRow>(UNFINISHED)).map(haltOf);
}

const BLOCKED = sql(
  'halts.blocked',
  `update halts set phase = 'cancel', halt_generation = $2, blocked_at = clock_timestamp(), problem = null
    where halt_id = $1 and phase = 'block'`,
);

/** The block binds: from here on the halt is one of cancelling. Another driver may have been faster, to the same end. */
export function markBlocked(tx: Tx, haltId: Id, generation: number): void {
  tx.execute(BLOCKED, [haltId, generation]);
}

/** True while the newest lease on driving a halt is still that of the writer. */
const FENCED = `exists (select from leases l where l.name = 'halt:' || $1::uuid::text and l.fence = $2)`;

const ADVANCE = sql(
  'halts.advance',
  `update halts
      set phase = $4, problem = $5, proof = $6, finished_at = case when $4 = 'done' then clock_timestamp() end
    where halt_id = $1::uuid and phase = $3 and cancel_all = $7 and flatten = $8 and ${FENCED}
   returning halt_id`,
);

/** Moves a halt on (or back), for the relay; false when its options have grown meanwhile or the lease was lost. */
export async function advance(
  tx: Tx,
  { haltId, phase, cancelAll, flatten }: Halt,
  fence: string,
  to: { readonly phase: HaltPhase; readonly problem?: string; readonly proof?: HaltProof },
): Promise<boolean> {
  const proof = to.proof ? JSON.stringify(to.proof) : null;
  const values = [haltId, fence, phase, to.phase, to.problem?.slice(0, 500) ?? null, proof, cancelAll, flatten];
  return (await tx.query(ADVANCE, values)).length === 1;
}

const ACCOUNTS = sql(
  'halts.accounts',
  `select account_id, broker from accounts where team_id = $1 and ($2::uuid is null or account_id = $2)`,
);

/** The accounts of one team that a halt reaches. */
export async function accountsOf(tx: Tx, teamId: Id, accountId: Id | undefined): Promise<readonly HaltAccount[]> {
  const rows = await tx.query<{ account_id: Id; broker: string }>(ACCOUNTS, [teamId, accountId ?? null]);
  return rows.map(({ account_id, broker }) => ({ teamId, accountId: account_id, broker }));
}

const EVERY_TEAM = sql('halts.every_team', 'select every_team() as team_id');

export async function everyTeam(tx: Tx): Promise<readonly Id[]> {
  return (await tx.query<{ team_id: Id }>(EVERY_TEAM)).map((row) => row.team_id);
}

const PROVE = sql(
  'halts.prove',
  `insert into halt_accounts (halt_id, account_id, team_id, proof) values ($1, $2, $3, $4)
   on conflict (halt_id, account_id) do update set proof = excluded.proof, proven_at = clock_timestamp()`,
);

/** Keeps what the venue showed of an account, for its team. */
export function writeAccountProof(tx: Tx, haltId: Id, accountId: Id, proof: AccountProof): void {
  tx.execute(PROVE, [haltId, accountId, tx.teamId, JSON.stringify(proof)]);
}

const PROOFS = sql(
  'halts.account_proofs',
  'select account_id, proof from halt_accounts where halt_id = $1 order by account_id',
);

/** The proofs of the transaction's team, by account. */
export async function readAccountProofs(
  tx: Tx,
  haltId: Id,
): Promise<readonly { readonly accountId: Id; readonly proof: AccountProof }[]> {
  const rows = await tx.query<{ account_id: Id; proof: AccountProof }>(PROOFS, [haltId]);
  return rows.map(({ account_id, proof }) => ({ accountId: account_id, proof }));
}

const BINDS = sql(
  'halts.binds',
  `select exists (select from trading_states
                   where scope = $1 and state = 'HALTED' and halt_generation = $2) as binds`,
);

/** True while the block of a halt is what its scope's state says, and nobody has changed it since. */
export async function stillBinds(tx: Tx, { scope, generation }: Halt): Promise<boolean> {
  const [row] = await tx.query<{ binds: boolean }>(BINDS, [scopeKey(scope), generation ?? -1]);
  return row!.binds;
}

/** Where a scope trades again, and a halt of them that still owes exits; a halt `h` and its state `t`. */
export const OWES = `h.exits_settled_at is null and (h.cancel_all or h.flatten) and h.finished_at is not null and t.state <> 'HALTED'`;

const UNPROVEN = sql(
  'halts.unproven_seconds',
  `select coalesce(extract(epoch from clock_timestamp() - least(
            (select min(requested_at) from halts where finished_at is null),
            (select min(t.changed_at) from halts h join trading_states t on t.scope = h.scope where ${OWES}))), 0)::float8
          as seconds`,
);

/** Age of the oldest halt that is not done, or owes exits since its scope trades again, in seconds; 0 without any. For the relay. */
export async function unprovenSeconds(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ seconds: number }>(UNPROVEN);
  return row!.seconds;
}

const BY_WATCH = sql(
  'halts.by_watch',
  `select count(*)::int as scopes from trading_states t
    where t.state = 'HALTED' and exists (
          select from halts h where h.scope = t.scope and h.halt_generation = t.halt_generation and h.origin <> 'operator')`,
);

/** Scopes that are halted because a rule of the watch said so; for the relay. */
export async function haltedByWatch(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ scopes: number }>(BY_WATCH);
  return row!.scopes;
}

const BINDING = sql(
  'halts.binding',
  `select ${haltColumns('h')} from halts h
    where finished_at is null
       or exists (select from trading_states t
                   where t.scope = h.scope and (t.state = 'HALTED' and t.halt_generation = h.halt_generation or ${OWES}))
    order by requested_at desc limit 200`,
);

/** Halts that are not done, whose scope nobody has resumed since, or that owe exits; the newest first. For the relay. */
export async function bindingHalts(tx: Tx): Promise<readonly Halt[]> {
  return (await tx.query<HaltRow>(BINDING)).map(haltOf);
}
