import { type Decimal, ZERO } from '@keelson/kernel';
import { PerTransaction, type Tx } from '@keelson/persistence';
import { reservation } from './size.ts';
import type { ExposureFacts, Situation } from './situation.ts';

/** Makes a signal fall out of a commit that it shares, to be decided for itself, from what is on disk then. */
class DecidedAlone extends Error {
  constructor(signalId: string, reason: string) {
    super(`Signal ${signalId} cannot be decided together with others: ${reason}`);
    this.name = 'DecidedAlone';
  }
}

const companies = new PerTransaction<Company>();

/** The signals of an account that one transaction decides, one after the other. */
export function companyOf(tx: Tx, accountId: string): Company {
  return companies.get(tx, accountId, () => new Company());
}

/**
 * All signals of a commit were read at one moment, before any of them was decided. Whoever comes second must see what was
 * approved before it, as if that were on disk: what it reserves, what it may still buy and sell, and that it was there.
 */
export class Company {
  readonly #approved: Situation[] = [];
  #closed: string | undefined;

  /** The situation with what was approved before; throws where that would take another look at the rows. */
  asSeenBy(situation: Situation): Situation {
    const { signalId } = situation;
    if (this.#closed) throw new DecidedAlone(signalId, this.#closed);
    if (this.#approved.length === 0) return situation;
    if (situation.legs || this.#approved.some(({ legs }) => legs))
      throw new DecidedAlone(signalId, 'a spread touches more than its own symbol');
    const sameStrategy = this.#approved.filter(({ strategy }) => strategy === situation.strategy).length;
    const twin = situation.twin ?? this.#approved.find((other) => areTwins(other, situation))?.signalId;
    const { lastSecond, lastMinute } = situation.approvals;
    return {
      ...situation,
      exposures: situation.exposures.map((exposure) => this.#exposed(exposure)),
      openBuys: situation.openBuys.plus(this.#open(situation.symbol, 'buy')),
      openSells: situation.openSells.plus(this.#open(situation.symbol, 'sell')),
      approvals: { lastSecond: lastSecond + sameStrategy, lastMinute: lastMinute + sameStrategy },
      ...(twin && { twin }),
    };
  }

  approve(situation: Situation): void {
    this.#approved.push(situation);
  }

  /** Nobody else of this commit may rely on what was read: the trading state changes with it. */
  close(reason: string): void {
    this.#closed = reason;
  }

  #exposed(exposure: ExposureFacts): ExposureFacts {
    const by = this.#approved.filter(({ strategy, symbol }) =>
      ['account', `strategy:${strategy}`, `symbol:${symbol}`].includes(exposure.scope),
    );
    return { ...exposure, reserved: by.reduce((sum, one) => sum.plus(reservation(one)), exposure.reserved) };
  }

  #open(symbol: string, side: Situation['side']): Decimal {
    return this.#approved
      .filter((one) => one.symbol === symbol && one.side === side)
      .reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
  }
}

function areTwins(left: Situation, right: Situation): boolean {
  return (
    left.sending !== undefined &&
    left.sending === right.sending &&
    left.strategy === right.strategy &&
    left.symbol === right.symbol &&
    left.side === right.side &&
    left.quantity.eq(right.quantity) &&
    left.price.eq(right.price)
  );
}
