import type { Id } from '@keelson/kernel';
import { type Database, sql } from '@keelson/persistence';
import type { Scope } from '@keelson/risk';
import { exitCode, Failure } from '../framework/failure.ts';
import { everyTeam, findInTeams } from './teams.ts';

const FIND_ACCOUNT = sql('ops.find_account', 'select account_id from keelson.accounts where account_id = $1');

/**
 * What `--scope` names: `platform`, `team:<id>` (or `team` where there is one), `account:<id>`, `strategy:<name>`, `symbol:<symbol>`; the last two with a
 * team in front of the name (`strategy:<team id>:<name>`) where there is more than one. Throws a Failure that says what it may be.
 */
export async function readScope(db: Database, text: string): Promise<Scope> {
  if (text === 'platform') return { kind: 'platform' };
  const [kind = '', first = '', ...rest] = text.split(':');
  if (kind === 'account') return { kind, teamId: await teamOfAccount(db, first), accountId: first };
  const teams = await everyTeam(db);
  if (text === 'team') return { kind: 'team', teamId: only(teams, text) };
  if (kind === 'team' && teams.includes(first)) return { kind, teamId: first };
  if ((kind === 'strategy' || kind === 'symbol') && first !== '') {
    const named = teams.includes(first)
      ? { teamId: first, name: rest.join(':') }
      : { name: [first, ...rest].join(':') };
    const teamId = named.teamId ?? only(teams, text);
    if (named.name !== '') {
      return kind === 'strategy' ? { kind, teamId, strategy: named.name } : { kind, teamId, symbol: named.name };
    }
  }
  throw new Failure(`"${text}" is no scope of this database`, {
    code: exitCode.usage,
    fix: 'platform, team:<id>, account:<id>, strategy:<team id>:<name> or symbol:<team id>:<symbol>',
  });
}

/** The team of an account. Throws a Failure when nobody has it. */
async function teamOfAccount(db: Database, accountId: string): Promise<Id> {
  const isId = /^[0-9a-f-]{36}$/i.test(accountId);
  const owner = isId
    ? await findInTeams(
        db,
        async (teamId) => (await db.transaction(teamId, (tx) => tx.query(FIND_ACCOUNT, [accountId])))[0],
      )
    : undefined;
  if (owner) return owner.teamId;
  throw new Failure(`No team has an account ${accountId}`, {
    code: exitCode.usage,
    fix: 'check the id; leave --scope away for the platform',
  });
}

/** The platform's own team of the self-test is nobody's, so it is never what a name without a team means. */
function only(teams: readonly Id[], text: string): Id {
  const [first, second] = teams.filter((team) => !team.startsWith('00000000-0000-7000-8000-'));
  if (first !== undefined && second === undefined) return first;
  const [kind, ...name] = text.split(':');
  throw new Failure(`More than one team may have ${text}`, {
    code: exitCode.usage,
    fix: `name the team: ${[kind, '<team id>', ...name].join(':')}`,
  });
}
