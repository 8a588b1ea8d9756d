import { describe, expect, it } from '@jest/globals';
import { type LoadPlan, planLoad } from '../src/index.ts';

const nothing = { instruments: new Map(), roots: new Map(), aliases: new Map() };
const root = {
  symbol: 'NQ',
  name: 'E-mini Nasdaq-100',
  kind: 'future',
  currency: 'USD',
  tick_size: '0.25',
  multiplier: '20',
  exchange: 'CME_MINI',
  initial_margin: '33000',
  months: 'HMUZ',
  expiry_rule: 'third_friday',
  roll_days: '8',
};
const contract = { kind: 'future', root: 'NQ', contract_month: '2026-12' };
const share = { symbol: 'AAPL', kind: 'equity', currency: 'USD', tick_size: '0.01' };

const plan = (rows: Record<string, string>[], stored: Parameters<typeof planLoad>[1] = nothing) =>
  planLoad(
    rows.map((fields, index) => ({ line: index + 2, fields })),
    stored,
  );
const problemsOf = (...rows: Record<string, string>[]) => {
  const found = plan(rows);
  return 'problems' in found ? found.problems.map(({ line, field, problem }) => `${line} ${field}: ${problem}`) : [];
};
const accepted = (...rows: Record<string, string>[]) => plan(rows) as LoadPlan;

/** What is stored after a plan was carried out. */
function storedAfter({ added }: LoadPlan): Parameters<typeof planLoad>[1] {
  return {
    instruments: new Map(added.map(({ instrument }) => [instrument.symbol, instrument])),
    roots: new Map(
      added.flatMap(({ futuresRoot }) => (futuresRoot ? [[futuresRoot.symbol, futuresRoot] as const] : [])),
    ),
    aliases: new Map(added.flatMap(({ instrument, aliases }) => aliases.map((alias) => [alias, instrument.symbol]))),
  };
}

describe('a file of instruments', () => {
  it('says of a contract only its root and month; all else follows', () => {
    expect(accepted(root, contract).added[1]).toEqual({
      futuresRoot: undefined,
      aliases: ['NQZ2026', 'CME_MINI:NQZ2026'],
      instrument: {
        symbol: 'NQZ2026',
        name: 'E-mini Nasdaq-100 2026-12',
        kind: 'future',
        currency: 'USD',
        tickSize: '0.25',
        multiplier: '20',
        lotSize: '1',
        exchange: 'CME_MINI',
        calendar: 'CME_GLOBEX',
        initialMargin: '33000',
        maintenanceMargin: null,
        expiresAt: new Date('2026-12-18T14:30:00Z'),
        underlying: null,
        strike: null,
        right: null,
        root: 'NQ',
        contractMonth: '2026-12',
        rollsAt: new Date('2026-12-09T23:00:00Z'),
        quoted: true,
      },
    });
  });

  it('says of an option only its symbol, step and margin; a day ends it at the close of its session', () => {
    const option = { symbol: 'AAPL261127C00250000', kind: 'option', tick_size: '0.05' };
    expect(accepted(share, option).added[1]?.instrument).toMatchObject({
      underlying: 'AAPL',
      strike: '250',
      right: 'call',
      multiplier: '100',
      currency: 'USD',
      quoted: false,
      expiresAt: new Date('2026-11-27T18:15:00Z'),
    });
  });

  it.each([
    ['a number with an exponent', { ...share, tick_size: '1e-2' }, '2 tick_size: must be a plain decimal'],
    ['a step of zero', { ...share, tick_size: '0.00' }, '2 tick_size: must be more than zero'],
    ['a missing step', { symbol: 'AAPL', kind: 'equity', currency: 'USD', tick_size: ' ' }, '2 tick_size: is missing'],
    ['a field that nobody knows', { ...share, ticksize: '1' }, '2 ticksize: is no field of an instrument'],
    ['a kind that nobody knows', { ...share, kind: 'stock' }, '2 kind: must be one of equity, future'],
    ['a contract without its root', contract, '2 root: is NQ, which is no root with'],
    [
      'an option on nothing',
      { symbol: 'AAPL261218C00250000', kind: 'option', tick_size: '1', currency: 'USD' },
      '2 underlying: is AAPL, which is neither',
    ],
    [
      'an end on a holiday',
      { ...share, expires_at: '2026-11-26' },
      '2 expires_at: is 2026-11-26, on which its calendar has no session',
    ],
    ['half of the rules of a root', { ...share, kind: 'future', months: 'HMUZ' }, '2 months: belongs with'],
  ])('with %s is refused by line and field', (_case, row, problem) => {
    expect(problemsOf(row)).toEqual([expect.stringContaining(problem)]);
  });

  it('is refused where a line contradicts itself or another', () => {
    expect(problemsOf(root, { ...contract, symbol: 'NQH2027' })).toEqual([
      '3 symbol: is NQH2027, but NQZ2026 follows from the rest of the line',
    ]);
    expect(problemsOf(root, { ...contract, contract_month: '2026-11' })).toEqual([
      expect.stringContaining('3 contract_month: must be one of the listed months HMUZ'),
    ]);
    expect(problemsOf(share, share)).toEqual(['3 symbol: is AAPL, which line 2 has already']);
    expect(problemsOf(share, { ...share, symbol: 'APC', aliases: 'AAPL' })).toEqual([
      '3 aliases: has AAPL, which means AAPL',
    ]);
  });

  it('has all its problems told at once', () => {
    expect(problemsOf({ ...share, tick_size: 'x', lot_size: 'y' }, { ...share, kind: '' })).toHaveLength(3);
  });

  it('changes nothing when it was loaded already, however the numbers are written', () => {
    const stored = storedAfter(accepted(root, contract, share));
    expect(plan([root, contract, { ...share, tick_size: '0.010' }], stored)).toEqual({
      added: [],
      changed: [],
      unchanged: ['NQ', 'NQZ2026', 'AAPL'],
    });
  });

  it('keeps what it leaves out, and changes what it names', () => {
    const stored = storedAfter(accepted({ ...root, maintenance_margin: '30000' }));
    const { initial_margin: _left, ...rest } = root;
    const [change] = (plan([{ ...rest, maintenance_margin: '31000', aliases: 'NASDAQ100' }], stored) as LoadPlan)
      .changed;
    expect(change).toMatchObject({
      fields: ['maintenance_margin', 'aliases'],
      instrument: { initialMargin: '33000', maintenanceMargin: '31000' },
    });
  });

  it('may not change what the books rest on', () => {
    const stored = storedAfter(accepted(root));
    expect(plan([{ ...root, multiplier: '2' }], stored)).toMatchObject({
      problems: [{ line: 2, field: 'multiplier', problem: expect.stringContaining('stored with 20') }],
    });
  });
});
