import { Decimal } from '@keelson/kernel';
import { contractSize } from './contracts.ts';

const ZERO = new Decimal(0);

/** What a position is; `quantity` is negative when short. */
export interface PositionView {
  readonly account: string;
  readonly symbol: string;
  readonly quantity: string;
}

export interface BalanceView {
  readonly account: string;
  readonly currency: string;
  readonly cash: string;
}

/** One movement: units that an account gained (negative: gave) at a price, and what the venue charged. */
export interface Movement {
  readonly account: string;
  readonly symbol: string;
  readonly units: Decimal;
  readonly price: string;
  readonly fee?: string | undefined;
}

/** Positions and cash of all accounts: what executions add up to, from nothing. */
export class Holdings {
  readonly #positions = new Map<string, Map<string, Decimal>>();
  readonly #cash = new Map<string, Map<string, Decimal>>();

  apply({ account, symbol, units, price, fee }: Movement): void {
    this.setPosition(account, symbol, this.net(account, symbol).plus(units));
    const { multiplier, currency } = contractSize(symbol);
    this.addCash(account, currency, units.times(price).times(multiplier).negated());
    if (fee !== undefined) this.addCash(account, currency, new Decimal(fee).negated());
  }

  net(account: string, symbol: string): Decimal {
    return this.#positions.get(account)?.get(symbol) ?? ZERO;
  }

  setPosition(account: string, symbol: string, net: Decimal): void {
    let positions = this.#positions.get(account);
    if (positions === undefined) this.#positions.set(account, (positions = new Map<string, Decimal>()));
    positions.set(symbol, net);
  }

  addCash(account: string, currency: string, amount: Decimal): void {
    let cash = this.#cash.get(account);
    if (cash === undefined) this.#cash.set(account, (cash = new Map<string, Decimal>()));
    cash.set(currency, (cash.get(currency) ?? ZERO).plus(amount));
  }

  /** All positions, or those of one account; flat ones are left out. */
  positions(account?: string): PositionView[] {
    const accounts = account === undefined ? [...this.#positions.keys()] : [account];
    return accounts.flatMap((name) =>
      [...(this.#positions.get(name) ?? [])]
        .filter(([, net]) => !net.isZero())
        .map(([symbol, net]) => ({ account: name, symbol, quantity: net.toFixed() })),
    );
  }

  /** Cash by currency, since the account's first execution; an account that never traded has none. */
  balances(account: string): BalanceView[] {
    return [...(this.#cash.get(account) ?? [])].map(([currency, cash]) => ({
      account,
      currency,
      cash: cash.toFixed(),
    }));
  }
}
