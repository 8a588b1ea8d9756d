import { Decimal, ZERO } from '@keelson/kernel';

/** An expired contract in an account, as far as its end is concerned; decimal text. */
export interface ExpiredHolding {
  readonly kind: 'future' | 'option';
  /** Signed; negative when short. */
  readonly quantity: string;
  readonly right: 'call' | 'put' | null;
  readonly strike: string | null;
  readonly underlyingKind: string | null;
}

/** How it ends; the settlement price is of the contract itself, in quote currency per unit. */
export type End =
  | { readonly how: 'expiry'; readonly settlementPrice: string }
  | { readonly how: 'exercise' | 'assignment' }
  | { readonly how: 'undecided'; readonly why: string };

/** What clearing houses exercise by themselves: options that are worth a cent a unit. */
const WORTH_EXERCISING = new Decimal('0.01');

/**
 * How a contract ends at a price: of a future its own, of an option that of its underlying. An option on shares that is
 * worth something delivers them; one on anything that is only paid for settles in cash. Options on futures become
 * futures, whose contract and month no row says: those are for an operator.
 */
export function endOf(holding: ExpiredHolding, price: Decimal): End {
  if (holding.kind === 'future') return { how: 'expiry', settlementPrice: price.toFixed() };
  const { right, strike, underlyingKind, quantity } = holding;
  if (underlyingKind === 'future') return { how: 'undecided', why: 'an option on a future delivers a future' };
  const ahead = right === 'call' ? price.minus(strike!) : new Decimal(strike!).minus(price);
  const worth = Decimal.max(ahead, ZERO);
  if (underlyingKind === 'equity' && worth.gte(WORTH_EXERCISING)) {
    return { how: new Decimal(quantity).isPositive() ? 'exercise' : 'assignment' };
  }
  // Below a cent nobody takes the shares: it ends without worth.
  return { how: 'expiry', settlementPrice: underlyingKind === 'equity' ? '0' : worth.toFixed() };
}
