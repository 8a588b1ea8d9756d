import { limits } from '@keelson/contracts';
import { type Duration, milliseconds } from '@keelson/kernel';
import { calendarNames, feedAge, knownUntil, quoteAges, sessionOn, tradingDayOf } from '@keelson/market';
import type { Database } from '@keelson/persistence';
import { judgeReadiness, type Situation } from './judge.ts';
import {
  lastReport,
  readBooks,
  readConnections,
  readPlatform,
  readTeam,
  readTeams,
  type Report,
  type TeamRow,
  writeReport,
} from './readiness.store.ts';

/** The report of a day is looked for from this long before the open: the check itself runs an hour before. */
const REPORTED_BEFORE_OPEN: Duration = '55 minutes';

/**
 * Looks at everything that must be so before the market opens, and writes the report of the trading day. Looking again
 * replaces it, so that what was mended shows.
 *
 * @param services names under which the services that ought to run are connected to Postgres
 */
export async function checkReadiness(database: Database, services: readonly string[], now: Date): Promise<Report> {
  const checks = judgeReadiness(await look(database, services, now), now);
  const failed = checks.filter(({ passed }) => !passed).length;
  const report = { day: tradingDayOf('XNYS', now), checkedAt: now, failed, checks };
  await database.platform(async (tx) => writeReport(tx, report));
  return report;
}

async function look(database: Database, services: readonly string[], now: Date): Promise<Situation> {
  const [platform, books, teams] = await Promise.all([
    database.platform(async (tx) => {
      const [connections, row, ages] = await Promise.all([
        readConnections(tx, services),
        readPlatform(tx),
        quoteAges(tx),
      ]);
      return { connections, row, ages };
    }),
    database.relay(readBooks),
    readEveryTeam(database),
  ]);
  const sum = (of: (team: TeamRow) => number) => teams.reduce((total, team) => total + of(team), 0);
  return {
    connections: platform.connections,
    platformState: platform.row.state ?? undefined,
    held: { HALTED: sum(({ halted }) => halted), REDUCING: sum(({ reducing }) => reducing) },
    accounts: {
      total: sum(({ accounts }) => accounts),
      withoutLimits: sum(({ without }) => without),
      notClean: books.not_clean,
    },
    openDrifts: books.drifts,
    quoteAgeSeconds: feedAge(platform.ages, now),
    calendarsUntil: Object.fromEntries(
      calendarNames.flatMap((name) => {
        const until = knownUntil(name);
        return until === undefined ? [] : [[name, until]];
      }),
    ),
    lastRolls: Object.fromEntries(Object.entries(platform.row.rolls).map(([root, at]) => [root, new Date(at)])),
    failedSchedules: platform.row.failed,
  };
}

async function readEveryTeam(database: Database): Promise<TeamRow[]> {
  const names = limits.map(({ name }) => name);
  const rows: TeamRow[] = [];
  // One after the other: nothing waits for this, and the connections belong to those who trade.
  for (const teamId of await database.platform(readTeams)) {
    rows.push(await database.transaction(teamId, (tx) => readTeam(tx, teamId, names)));
  }
  return rows;
}

/**
 * How many checks failed at the last look. From before the open until the close of a session, a look that is not there
 * counts as a failed one, since nobody knows what it would have found; before the very first look nothing is expected.
 */
export async function failedChecks(database: Database, now: Date): Promise<number> {
  const report = await database.platform(lastReport);
  if (!report) return 0;
  const day = tradingDayOf('XNYS', now);
  if (report.day === day) return report.failed;
  const session = sessionOn('XNYS', day);
  if (!session || now >= session.closesAt) return 0;
  return now.getTime() >= session.opensAt.getTime() - milliseconds(REPORTED_BEFORE_OPEN) ? 1 : 0;
}
