import { Decimal } from '@keelson/kernel';
import type { Instrument } from '../instrument.ts';
import { completeRow, type InstrumentToLoad, type KnownInstruments } from './complete-row.ts';
import { type InstrumentRow, readRow, type RowProblem } from './instrument-row.ts';

/** A line of a file as it was read: where it stands, and its fields as text. */
export interface FileRow {
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** What is stored now. */
export interface Stored extends KnownInstruments {
  /** Alias → symbol. */
  readonly aliases: ReadonlyMap<string, string>;
}

export interface FileProblem extends RowProblem {
  readonly line: number;
}

export interface LoadPlan {
  readonly added: readonly InstrumentToLoad[];
  readonly changed: readonly (InstrumentToLoad & { readonly fields: readonly string[] })[];
  /** Symbols that are stored as the file has them. */
  readonly unchanged: readonly string[];
}

/** What positions and postings were computed with: a change would make the books say something else than happened. */
const FIXED = ['kind', 'currency', 'multiplier', 'underlying', 'strike', 'right', 'root', 'contractMonth'] as const;

/**
 * Compares a file with what is stored: what it adds, what it changes, and everything that is wrong in it, all at once.
 * Nothing is ever removed: what the file does not name stays. Pure.
 */
export function planLoad(
  rows: readonly FileRow[],
  stored: Stored,
): LoadPlan | { readonly problems: readonly FileProblem[] } {
  const known = { instruments: new Map(stored.instruments), roots: new Map(stored.roots) };
  const aliases = new Map(stored.aliases);
  const seen = new Map<string, number>();
  const problems: FileProblem[] = [];
  const plan = {
    added: [] as InstrumentToLoad[],
    changed: [] as LoadPlan['changed'][number][],
    unchanged: [] as string[],
  };
  for (const { line, fields } of rows) {
    const report = (found: readonly RowProblem[]) => problems.push(...found.map((problem) => ({ line, ...problem })));
    const read = readRow(fields);
    const load = 'problems' in read ? read : completeRow(read.row, known);
    if ('problems' in load) {
      report(load.problems);
      continue;
    }
    const { symbol } = load.instrument;
    const before = stored.instruments.get(symbol);
    const wanted = before && 'row' in read ? keepOmitted(before, load, read.row) : load;
    const twice = seen.get(symbol);
    report([
      ...(twice === undefined ? [] : [{ field: 'symbol', problem: `is ${symbol}, which line ${twice} has already` }]),
      ...fixedChanges(before, wanted.instrument),
      ...foreignAliases(wanted, aliases),
    ]);
    seen.set(symbol, line);
    known.instruments.set(symbol, wanted.instrument);
    if (wanted.futuresRoot) known.roots.set(symbol, wanted.futuresRoot);
    for (const alias of wanted.aliases) aliases.set(alias, symbol);
    const changes = before ? changedFields(before, wanted, stored) : [];
    if (!before) plan.added.push(wanted);
    else if (changes.length > 0) plan.changed.push({ ...wanted, fields: changes });
    else plan.unchanged.push(symbol);
  }
  return problems.length > 0 ? { problems } : plan;
}

/** What a line leaves out stays as it is stored. */
function keepOmitted(before: Instrument, load: InstrumentToLoad, row: InstrumentRow): InstrumentToLoad {
  const given = new Set(Object.keys(row));
  const fields = Object.entries(before).filter(([name]) => !given.has(columnOf(name)));
  return { ...load, instrument: { ...load.instrument, ...Object.fromEntries(fields) } };
}

function fixedChanges(before: Instrument | undefined, after: Instrument): RowProblem[] {
  if (!before) return [];
  return FIXED.filter((field) => !equal(before[field], after[field])).map((field) => ({
    field: columnOf(field),
    problem: `is ${String(after[field])}, but ${after.symbol} is stored with ${String(before[field])}, and its books rest on that; use another symbol`,
  }));
}

function foreignAliases({ instrument, aliases }: InstrumentToLoad, owners: ReadonlyMap<string, string>): RowProblem[] {
  return aliases
    .filter((alias) => (owners.get(alias) ?? instrument.symbol) !== instrument.symbol)
    .map((alias) => ({ field: 'aliases', problem: `has ${alias}, which means ${owners.get(alias)}` }));
}

function changedFields(
  before: Instrument,
  { instrument, aliases, futuresRoot }: InstrumentToLoad,
  stored: Stored,
): string[] {
  const names = Object.keys(instrument) as (keyof Instrument)[];
  const fields: string[] = names.filter((name) => !equal(before[name], instrument[name])).map(columnOf);
  if (aliases.some((alias) => !stored.aliases.has(alias))) fields.push('aliases');
  const root = stored.roots.get(instrument.symbol);
  if (futuresRoot && JSON.stringify(root) !== JSON.stringify(futuresRoot)) fields.push('months');
  return fields;
}

function equal(one: unknown, other: unknown): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  const isDecimal = (value: unknown): value is string => typeof value === 'string' && /^\d+(\.\d+)?$/.test(value);
  return isDecimal(one) && isDecimal(other) ? new Decimal(one).equals(other) : one === other;
}

/** The name of a field in a file. */
function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
