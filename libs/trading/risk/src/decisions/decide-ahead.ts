import { type Duration, type Id, milliseconds } from '@keelson/kernel';
import { sql, type Database } from '@keelson/persistence';
import type { AheadDecision } from './decision-source.ts';
import { type DecisionRow, readSubjects, saveDecisions, type Subject } from './decisions.store.ts';
import { type Regime, regimes } from './regime.ts';

/** How a decision is made ahead. May take its time (a model, a service): nobody waits for it. */
export type DecisionMaker = (subject: Subject & { readonly teamId: Id }, regime: Regime) => Promise<AheadDecision>;

/** Three runs of the job that makes them: one may fail, or take its time, before they are stale. */
const LAST: Duration = '60 seconds';
/** Of one team; more strategies and symbols than this are left to the rules. */
const MOST_SUBJECTS = 5_000;

const EVERY_TEAM = sql('decisions.every_team', 'select every_team() as team_id');

/** What is known without any model: what may not be traded at all is refused ahead, everything else is left to the rules. */
export const decideByFacts: DecisionMaker = ({ restriction, expired }) => {
  if (restriction !== null) return Promise.resolve({ decision: 'deny', reason: `restricted: ${restriction}` });
  if (expired) return Promise.resolve({ decision: 'deny', reason: 'the instrument has expired' });
  return Promise.resolve({ decision: 'allow', reason: 'nothing speaks against it' });
};

/**
 * Makes decisions for every strategy and symbol that signals came for within a day, in every regime; returns how many.
 * A maker that fails leaves a subject without decisions: what it had goes stale, and the rules decide.
 */
export async function decideAhead(
  database: Database,
  make: DecisionMaker,
  onError: (error: unknown) => void,
): Promise<number> {
  let made = 0;
  const teams = await database.platform((tx) => tx.query<{ team_id: Id }>(EVERY_TEAM));
  for (const { team_id: teamId } of teams) {
    const subjects = await database.transaction(teamId, (tx) => readSubjects(tx, teamId, MOST_SUBJECTS));
    const rows: DecisionRow[] = [];
    for (const subject of subjects) rows.push(...(await decisionsFor(teamId, subject, make, onError)));
    if (rows.length === 0) continue;
    await database.transaction(teamId, async (tx) => saveDecisions(tx, teamId, rows, milliseconds(LAST)));
    made += rows.length;
  }
  return made;
}

async function decisionsFor(
  teamId: Id,
  subject: Subject,
  make: DecisionMaker,
  onError: (error: unknown) => void,
): Promise<DecisionRow[]> {
  const { strategy, symbol } = subject;
  try {
    return await Promise.all(
      regimes.map(async (regime) => ({ strategy, symbol, regime, ...(await make({ ...subject, teamId }, regime)) })),
    );
  } catch (error) {
    onError(error);
    return [];
  }
}
