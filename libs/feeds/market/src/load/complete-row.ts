import { Decimal, decimalText } from '@keelson/kernel';
import { sessionOn } from '../calendar/trading-calendar.ts';
import { contractOf, type FuturesRoot } from '../futures/contract.ts';
import { calendarOf, type Instrument } from '../instrument.ts';
import { optionSymbol, parseOptionSymbol } from '../tickers/option-symbol.ts';
import type { InstrumentRow, RowProblem } from './instrument-row.ts';

/** An instrument to load, with the names that lead to it and, of a root, the rules of its contracts. */
export interface InstrumentToLoad {
  readonly instrument: Instrument;
  readonly aliases: readonly string[];
  readonly futuresRoot: FuturesRoot | undefined;
}

/** What a line may refer to: what is stored already, and what stands further up in the file. */
export interface KnownInstruments {
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly roots: ReadonlyMap<string, FuturesRoot>;
}

type Draft = { -readonly [Field in keyof InstrumentRow]: InstrumentRow[Field] };

/**
 * Fills in what follows from the rest of a line: an option's terms from its symbol, a contract's symbol, end and roll from
 * its root, steps from kind or root. What is given and contradicts is a problem, never overruled.
 */
export function completeRow(
  row: InstrumentRow,
  known: KnownInstruments,
): InstrumentToLoad | { readonly problems: readonly RowProblem[] } {
  const draft: Draft = { ...row };
  const problems: RowProblem[] = [];
  const follow = <Field extends keyof Draft>(field: Field, value: Draft[Field]) => {
    if (value === undefined) return;
    if (draft[field] !== undefined && !same(draft[field], value)) {
      problems.push({ field, problem: `is ${draft[field]}, but ${value} follows from the rest of the line` });
    }
    draft[field] ??= value;
  };
  if (draft.kind === 'option') followOption(draft, known, problems, follow);
  if (draft.root !== undefined) followContract(draft, known, problems, follow);
  const futuresRoot = rootOf(draft, problems);
  draft.multiplier ??= draft.kind === 'option' ? '100' : '1';
  draft.lot_size ??= draft.kind === 'crypto' ? '0.00000001' : '1';
  // Where something above is wrong, what would have followed from it is not missing for a reason of its own.
  const required = problems.length === 0 ? (['symbol', 'currency', 'tick_size'] as const) : [];
  for (const field of required) {
    if (draft[field] === undefined) problems.push({ field, problem: 'is missing' });
  }
  const expiresAt = endOf(draft, problems);
  if (problems.length > 0) return { problems };
  return { instrument: toInstrument(draft, expiresAt), aliases: aliasesOf(draft), futuresRoot };
}

/** Amounts are the same when their values are: 0.250 and 0.25. */
function same(one: string, other: string): boolean {
  const isDecimal = (text: string) => /^\d+(\.\d+)?$/.test(text);
  return isDecimal(one) && isDecimal(other) ? new Decimal(one).equals(other) : one === other;
}

type Follow = <Field extends keyof Draft>(field: Field, value: Draft[Field]) => void;

function followOption(draft: Draft, { instruments }: KnownInstruments, problems: RowProblem[], follow: Follow): void {
  const terms = draft.symbol === undefined ? undefined : parseOptionSymbol(draft.symbol);
  if (terms) {
    follow('underlying', terms.underlying);
    follow('strike', terms.strike);
    follow('right', terms.right);
    draft.expires_at ??= terms.expiry;
  }
  const { underlying, strike, right, expires_at: end } = draft;
  if (underlying === undefined || strike === undefined || right === undefined || end === undefined) {
    problems.push({ field: 'symbol', problem: 'is no option symbol; give underlying, strike, right and expires_at' });
    return;
  }
  draft.symbol ??= optionSymbol({ underlying, expiry: end.slice(0, 10), right, strike });
  const on = instruments.get(underlying);
  if (!on) problems.push({ field: 'underlying', problem: `is ${underlying}, which is neither stored nor further up` });
  else follow('currency', on.currency);
}

function followContract(draft: Draft, known: KnownInstruments, problems: RowProblem[], follow: Follow): void {
  const root = known.instruments.get(draft.root!);
  const rules = known.roots.get(draft.root!);
  if (draft.kind !== 'future') problems.push({ field: 'root', problem: 'is for futures only' });
  if (!root || !rules) {
    problems.push({
      field: 'root',
      problem: `is ${draft.root}, which is no root with months, expiry_rule and roll_days`,
    });
    return;
  }
  const contract = draft.contract_month === undefined ? undefined : contractOf(rules, draft.contract_month);
  if (!contract) {
    const listed = `must be one of the listed months ${rules.months} of ${rules.symbol}, such as 2026-12`;
    problems.push({ field: 'contract_month', problem: listed });
    return;
  }
  follow('symbol', contract.symbol);
  follow('currency', root.currency);
  follow('multiplier', decimalText(new Decimal(root.multiplier)));
  draft.tick_size ??= root.tickSize;
  draft.lot_size ??= root.lotSize;
  draft.exchange ??= root.exchange ?? undefined;
  draft.calendar ??= root.calendar;
  draft.initial_margin ??= root.initialMargin ?? undefined;
  draft.maintenance_margin ??= root.maintenanceMargin ?? undefined;
  draft.name ??= `${root.name} ${contract.contractMonth}`;
  draft.expires_at ??= contract.expiresAt.toISOString();
  draft.rolls_at ??= contract.rollsAt.toISOString();
}

function rootOf(draft: Draft, problems: RowProblem[]): FuturesRoot | undefined {
  const { months, expiry_rule: expiryRule, roll_days: rollDays } = draft;
  if (months === undefined && expiryRule === undefined && rollDays === undefined) return undefined;
  if (months !== undefined && expiryRule !== undefined && rollDays !== undefined && draft.kind === 'future') {
    return { symbol: draft.symbol ?? '', months, expiryRule, rollDays: Number(rollDays) };
  }
  problems.push({ field: 'months', problem: 'belongs with expiry_rule and roll_days, on the root of a future' });
  return undefined;
}

/** A day ends an instrument at the close of its session, as its own calendar has it. */
function endOf(draft: Draft, problems: RowProblem[]): Date | null {
  const { expires_at: end } = draft;
  if (end === undefined) return null;
  if (end.length > 10) return new Date(end);
  const session = sessionOn(calendarOf({ kind: draft.kind, calendar: draft.calendar ?? null }), end);
  if (!session) problems.push({ field: 'expires_at', problem: `is ${end}, on which its calendar has no session` });
  return session?.closesAt ?? null;
}

function toInstrument(draft: Draft, expiresAt: Date | null): Instrument {
  return {
    symbol: draft.symbol!,
    name: draft.name ?? draft.symbol!,
    kind: draft.kind,
    currency: draft.currency!,
    tickSize: draft.tick_size!,
    multiplier: draft.multiplier!,
    lotSize: draft.lot_size!,
    exchange: draft.exchange ?? null,
    calendar: calendarOf({ kind: draft.kind, calendar: draft.calendar ?? null }),
    initialMargin: draft.initial_margin ?? null,
    maintenanceMargin: draft.maintenance_margin ?? null,
    expiresAt,
    underlying: draft.underlying ?? null,
    strike: draft.strike ?? null,
    right: draft.right ?? null,
    root: draft.root ?? null,
    contractMonth: draft.contract_month ?? null,
    rollsAt: draft.rolls_at === undefined ? null : new Date(draft.rolls_at),
    quoted: draft.quoted === undefined ? draft.kind !== 'option' : draft.quoted === 'true',
  };
}

/** What the file lists, and the prefixed name; of a root the continuous front month, too. */
function aliasesOf({ symbol, exchange, aliases = '', months }: Draft): string[] {
  const names = [symbol!, ...(months === undefined ? [] : [`${symbol}1!`])];
  const prefixed = exchange === undefined ? [] : names.map((name) => `${exchange}:${name}`);
  const listed = aliases
    .toUpperCase()
    .split(/\s+/)
    .filter((name) => name !== '');
  return [...new Set([...names, ...prefixed, ...listed])];
}
