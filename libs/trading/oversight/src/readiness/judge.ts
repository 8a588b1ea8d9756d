import type { CalendarName } from '@keelson/market';
import { milliseconds, type Duration } from '@keelson/kernel';

/** What is known of the platform at one moment; counts and names of the platform's own things, nothing of a team. */
export interface Situation {
  /** Services that ought to run, with how many connections to Postgres each has. */
  readonly connections: Readonly<Record<string, number>>;
  /** Scopes that are not ACTIVE, by state. */
  readonly held: { readonly HALTED: number; readonly REDUCING: number };
  readonly platformState: string | undefined;
  readonly accounts: { readonly total: number; readonly withoutLimits: number; readonly notClean: number };
  readonly openDrifts: number;
  /** Of the oldest price that ought to be fresh. */
  readonly quoteAgeSeconds: number;
  /** How far the data of each calendar reaches; absent where rules alone decide. */
  readonly calendarsUntil: Readonly<Partial<Record<CalendarName, string>>>;
  /** When the last loaded contract of each root stops being the front month. */
  readonly lastRolls: Readonly<Record<string, Date>>;
  /** Schedules whose last run failed. */
  readonly failedSchedules: readonly string[];
}

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** What was found, with its numbers, in words for the report. */
  readonly found: string;
}

const QUOTES_FRESH: Duration = '15 seconds';
const CALENDAR_AHEAD: Duration = '180 days';
const CONTRACTS_AHEAD: Duration = '7 days';

/** Judges whether everything is ready to trade: each check with what it found, all of them, in a fixed order. Pure. */
export function judgeReadiness(situation: Situation, now: Date): readonly Check[] {
  const { accounts, held, platformState, openDrifts, quoteAgeSeconds, failedSchedules } = situation;
  const absent = namesOf(situation.connections, (count) => count === 0);
  const ahead = (reach: Duration) => now.getTime() + milliseconds(reach);
  const ending = namesOf(situation.calendarsUntil, (day) => Date.parse(day) < ahead(CALENDAR_AHEAD));
  const rolling = namesOf(situation.lastRolls, (at) => at.getTime() < ahead(CONTRACTS_AHEAD));
  return [
    check('services', absent.length === 0, 'every service is connected', `not connected: ${absent.join(', ')}`),
    check(
      'trading-state',
      platformState === 'ACTIVE' && held.HALTED + held.REDUCING === 0,
      'everything is ACTIVE',
      `the platform is ${platformState ?? 'unknown'}; ${held.HALTED} scopes halted, ${held.REDUCING} reducing`,
    ),
    check(
      'reconciliation',
      accounts.notClean === 0 && openDrifts === 0,
      `${accounts.total} accounts agree with their venues`,
      `${accounts.notClean} of ${accounts.total} accounts not clean, ${openDrifts} differences open`,
    ),
    check(
      'limits',
      accounts.withoutLimits === 0,
      `${accounts.total} accounts have every limit`,
      `${accounts.withoutLimits} of ${accounts.total} accounts lack a limit, and trade nothing`,
    ),
    check(
      'quotes',
      quoteAgeSeconds <= milliseconds(QUOTES_FRESH) / 1_000,
      'prices are fresh',
      `the oldest price is ${Math.round(quoteAgeSeconds)} s old`,
    ),
    check('calendars', ending.length === 0, 'calendars reach far enough', `data ends soon: ${ending.join(', ')}`),
    check(
      'contracts',
      rolling.length === 0,
      'front months are loaded',
      `no contract after the next roll: ${rolling.join(', ')}`,
    ),
    check('schedules', failedSchedules.length === 0, 'schedules ran', `failed last: ${failedSchedules.join(', ')}`),
  ];
}

function check(name: string, passed: boolean, good: string, bad: string): Check {
  return { name, passed, found: passed ? good : bad };
}

function namesOf<Value>(table: Readonly<Partial<Record<string, Value>>>, wrong: (value: Value) => boolean): string[] {
  return Object.entries(table)
    .filter(([, value]) => value !== undefined && wrong(value as Value))
    .map(([name]) => name);
}
