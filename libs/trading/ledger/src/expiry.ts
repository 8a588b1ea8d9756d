import type { Message, Side } from '@keelson/contracts';
import { Decimal, deriveId, type Id, invariant, ZERO } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { accountDay } from './account-day.ts';
import { bookExecution, type ExecutionToBook } from './book-execution.ts';
import { type Contract, isPosted, readContract } from './commands.store.ts';
import { type Book, type EntryKind, lockBook } from './ledger.store.ts';
import { posted, told } from './messages.ts';

/** How a contract ends in the books. */
export interface ContractEnd {
  readonly teamId: Id;
  readonly accountId: Id;
  readonly symbol: string;
  /**
   * `expiry`: closed at the settlement price, zero for what is worthless. `assignment` and `exercise`: the option is closed
   * at zero, its premium realised, and the underlying changes hands at the strike.
   */
  readonly how: 'expiry' | 'assignment' | 'exercise';
  /** Of an expiry, in quote currency per unit; decimal text. Zero by default. */
  readonly settlementPrice?: string;
  /** Contracts that end; all that are held by default. */
  readonly quantity?: string;
  /** Names it: the same contract and reference end once. `expiry` by default; the notice's number where parts are assigned. */
  readonly reference?: string;
  readonly at: Date;
}

/** Books the end of a contract. Returns what is to be told; nothing when it is booked already, or none is held. */
export async function endContract(tx: Tx, end: ContractEnd): Promise<readonly Message[]> {
  const { accountId, symbol, how, reference = 'expiry' } = end;
  const entryId = deriveId('contract-end', accountId, symbol, reference);
  const contract = await readContract(tx, symbol);
  invariant(contract, `There is an instrument ${symbol}`);
  const underlying = how === 'expiry' ? undefined : underlyingOf(contract, symbol);
  const books = await lockInOrder(tx, accountId, underlying ? [symbol, underlying] : [symbol]);
  if (await isPosted(tx, entryId)) return [];
  const book = books.get(symbol)!;
  const held = book.position.quantity;
  const quantity = end.quantity === undefined ? held.abs() : new Decimal(end.quantity);
  if (held.isZero() || quantity.isZero()) return [];
  invariant(quantity.gt(0) && quantity.lte(held.abs()), `No more of ${symbol} ends than is held`);

  const common = { at: end.at, entryId, reference };
  const closing = { side: held.isPositive() ? ('sell' as const) : ('buy' as const), quantity };
  const price = how === 'expiry' ? new Decimal(end.settlementPrice ?? 0) : ZERO;
  const closed = settle(tx, end.teamId, book, how, { ...common, ...closing, price, contract });
  if (!underlying) return closed;
  const delivery = deliveryOf(contract, held.isPositive(), quantity);
  const id = deriveId('delivery', entryId);
  const taker = books.get(underlying)!;
  return [...closed, ...settle(tx, end.teamId, taker, 'delivery', { ...common, ...delivery, entryId: id })];
}

function underlyingOf({ kind, underlying }: Contract, symbol: string): string {
  invariant(kind === 'option' && underlying !== null, `${symbol} is an option on something`);
  return underlying;
}

/** Positions are locked in the order of their symbols, as book does. */
async function lockInOrder(tx: Tx, accountId: Id, symbols: string[]): Promise<ReadonlyMap<string, Book>> {
  const books = new Map<string, Book>();
  for (const symbol of symbols.toSorted()) books.set(symbol, await lockBook(tx, accountId, symbol));
  return books;
}

interface Settled {
  readonly entryId: Id;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly contract: Pick<Contract, 'currency' | 'multiplier'>;
  readonly at: Date;
  readonly reference: string;
}

/** A call delivers to its holder, a put takes from its holder; whoever is short is the other side. */
function deliveryOf(contract: Contract, isLong: boolean, contracts: Decimal) {
  const takes = (contract.right === 'call') === isLong;
  return {
    side: takes ? ('buy' as const) : ('sell' as const),
    quantity: contracts.times(contract.multiplier),
    price: new Decimal(contract.strike!),
    contract: { currency: contract.currency, multiplier: contract.underlyingMultiplier ?? '1' },
  };
}

function settle(tx: Tx, teamId: Id, book: Book, kind: EntryKind, of: Settled): readonly Message[] {
  const { entryId, side, quantity, price, at, reference, contract } = of;
  const { accountId, symbol } = book;
  const execution: ExecutionToBook = {
    ...{ entryId, fillId: entryId, kind, side, quantity, price, reference, fee: ZERO },
    ...{ signalId: undefined, strategy: undefined, stopPrice: undefined },
    multiplier: new Decimal(contract.multiplier),
    currency: contract.currency,
    executedAt: at.toISOString(),
    day: accountDay(at),
  };
  const { entry, trades } = bookExecution(tx, book, execution);
  return [posted(teamId, entry), ...trades.map((trade) => told(teamId, { accountId, symbol }, entryId, trade))];
}
