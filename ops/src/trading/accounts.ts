import type { Id } from '@keelson/kernel';
import { type Database, sql } from '@keelson/persistence';
import { exitCode, Failure } from '../framework/failure.ts';
import { findInTeams } from './teams.ts';

const FIND_ACCOUNT = sql('ops.find_account_of_team', 'select account_id from keelson.accounts where account_id = $1');

/** The team of an account; a usage failure when no team has it. */
export async function teamOfAccount(db: Database, accountId: Id): Promise<Id> {
  const owner = await findInTeams(
    db,
    async (teamId) => (await db.transaction(teamId, (tx) => tx.query(FIND_ACCOUNT, [accountId])))[0],
  );
  if (owner) return owner.teamId;
  throw new Failure(`No team has an account ${accountId}`, {
    code: exitCode.usage,
    fix: 'check the id: GET /api/v1/positions shows the accounts of a team',
  });
}
