import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchTeam, benchTeams } from '../../bench/harness/teams.ts';
import { openOf } from './books.ts';
import type { Database } from './database.ts';

const READY_WITHIN_MS = 120_000;
const TRY_FOR_MS = 90_000;
/** Well within what the api lets one sender ask in a minute. */
const TRY_EVERY_MS = 1_500;

/**
 * Teams that trade, whatever the run before left behind: nothing of them is halted, nothing waits, reconciliation vouches
 * for their accounts, and no circuit is open. Without that a run would put nothing to the test.
 */
export async function readyTeams(database: Database, count: number): Promise<BenchTeam[]> {
  const teams = await benchTeams(count);
  const ids = teams.map(({ teamId }) => teamId);
  await database.rows(`update keelson.broker_circuits set state = 'closed', failures = '{}', open_until = null`);
  const halted = await database.rows<{ team: string; scope: string }>(
    `select team_id as team, scope from keelson.trading_states where state <> 'ACTIVE' and team_id = any($1)`,
    [ids],
  );
  for (const { team, scope } of halted)
    await resume(
      teams.find(({ teamId }) => teamId === team)!,
      scope,
    );
  await until('the work of the run before is done', async () => (await openOf(database, teams)) === 0);
  for (const { accountId } of teams) await untilVouched(database, accountId);
  return teams;
}

/** Waits until reconciliation vouches for an account: before that none of its orders leaves. */
export async function untilVouched(database: Database, accountId: string): Promise<void> {
  await until(`account ${accountId} is vouched for`, async () => {
    const { vouched } = await database.row<{ vouched: boolean }>(
      `select exempt or coalesce(vouched_until > now(), false) as vouched
         from keelson.reconciliations where account_id = $1`,
      [accountId],
    );
    return vouched;
  });
}

/** Lets a scope trade again over HTTP, as its owner would; the owner's own team where no scope is named. */
export async function resume(team: BenchTeam, scope?: string): Promise<void> {
  // A key of strategy or symbol has the team in it (`strategy:<team>:<name>`), which the api knows by the token.
  const named = scope === `team:${team.teamId}` ? undefined : scope?.replace(`:${team.teamId}:`, ':');
  await post(team, '/api/v1/resume', { ...(named && { scope: named }), reason: 'the next round' });
}

/**
 * A request of a team's owner. One that came too often, that a store could not answer in time, or that met a halt still
 * being proven, is asked again, as any client would.
 */
export async function post(team: BenchTeam, path: string, body: unknown): Promise<unknown> {
  for (const end = Date.now() + TRY_FOR_MS; ; await sleep(TRY_EVERY_MS)) {
    const answer = await fetch(new URL(path, team.webhook_url), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${team.token}` },
    });
    if (answer.ok) return answer.json();
    const text = await answer.text();
    if (answer.status === 429) await sleep(Number(answer.headers.get('retry-after')) * 1_000);
    if (![409, 429, 503].includes(answer.status) || Date.now() > end)
      throw new Error(`${path} answered ${answer.status}: ${text}`);
  }
}

/** Polls until something holds; throws when it does not in time. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  { withinMs = READY_WITHIN_MS, everyMs = 50 }: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds()); await sleep(everyMs)) {
    if (Date.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
  }
}
