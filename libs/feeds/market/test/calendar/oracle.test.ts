import { describe, expect, it } from '@jest/globals';
import { type CalendarName, sessionOn } from '../../src/index.ts';
import { askOracle, type OracleSession } from './oracle.ts';

/**
 * Every session of 2018 through 2027 against the Python package exchange_calendars. Where we know better than the
 * package, the difference is listed here, and nothing else may differ.
 */
const oracle = await askOracle();
if (typeof oracle === 'string') process.stderr.write(`Skipped: ${oracle}\n`);
const suite = typeof oracle === 'string' ? describe.skip : describe;
const sessionsOf = (name: 'XNYS' | 'CMES' | 'XCBF' | '24/7') => (typeof oracle === 'string' ? [] : oracle[name]);

function ours(calendar: CalendarName): OracleSession[] {
  const sessions: OracleSession[] = [];
  for (let day = Date.UTC(2018, 0, 1); day <= Date.UTC(2027, 11, 31); day += 86_400_000) {
    const session = sessionOn(calendar, new Date(day).toISOString().slice(0, 10));
    if (session) sessions.push([session.day, session.opensAt.toISOString(), session.closesAt.toISOString()]);
  }
  return sessions;
}

/** Sessions that are not the same on both sides, by day. */
function differences(calendar: CalendarName, theirs: readonly OracleSession[]): string[] {
  const mine = new Map(ours(calendar).map((session) => [session[0], session.join(' ')]));
  const known = new Map(theirs.map((session) => [session[0], session.join(' ')]));
  return [...new Set([...mine.keys(), ...known.keys()])].filter((day) => mine.get(day) !== known.get(day)).sort();
}

const shift = (minutes: number) => (iso: string) => new Date(Date.parse(iso) + minutes * 60_000).toISOString();

suite('ten years of sessions', () => {
  it('of the stock market are the same', () => {
    expect(sessionsOf('XNYS').length).toBeGreaterThan(2_500);
    expect(differences('XNYS', sessionsOf('XNYS'))).toEqual([]);
  });

  it('of crypto are the same', () => {
    expect(differences('ALWAYS', sessionsOf('24/7'))).toEqual([]);
  });

  it('of Globex are the same but for the daily break, which the package does not have, and Juneteenth', () => {
    // The package ends a full session at 17:00 in Chicago, when the next one opens; the exchange stops for an hour before.
    const full = (session: OracleSession) => Date.parse(session[2]) - Date.parse(session[1]) >= 23 * 3_600_000;
    const withBreak = sessionsOf('CMES').map<OracleSession>((session) =>
      full(session) ? [session[0], session[1], shift(-60)(session[2])] : session,
    );
    expect(withBreak.length).toBeGreaterThan(2_500);
    expect(differences('CME_GLOBEX', withBreak)).toEqual([
      '2022-06-20',
      '2023-06-19',
      '2024-06-19',
      '2025-06-19',
      '2026-06-19',
      '2027-06-18',
    ]);
    expect(sessionOn('CME_GLOBEX', '2026-06-19')?.closesAt).toEqual(new Date('2026-06-19T17:00:00Z'));
  });

  it('of options are those of Cboe’s futures but for half days that the package has as whole ones', () => {
    const halfDays = sessionsOf('XNYS')
      .filter(([, opensAt, closesAt]) => Date.parse(closesAt) - Date.parse(opensAt) < 6 * 3_600_000)
      .map(([day]) => day);
    const different = differences('CBOE_OPTIONS', sessionsOf('XCBF'));
    expect(different).toEqual(halfDays.filter((day) => /-07-03$|-12-24$/.test(day)));
    for (const day of different) {
      expect(sessionOn('CBOE_OPTIONS', day)!.closesAt.toISOString()).toMatch(/T(17|18):15:00/);
    }
  });
});
