/** Why an order is refused before anything is sent: data, of which `refusalText` makes the reason of the rejection. */
export type Refusal =
  | { readonly code: 'other_account' }
  | { readonly code: 'unknown_instrument'; readonly symbol: string }
  | { readonly code: 'instrument_not_traded'; readonly symbol: string; readonly kind: string }
  | { readonly code: 'symbol_not_expressible'; readonly symbol: string; readonly kind: string }
  | { readonly code: 'terms_not_traded'; readonly kind: string; readonly type: string; readonly timeInForce: string }
  | { readonly code: 'fraction_not_traded'; readonly quantity: string; readonly because: string }
  | { readonly code: 'not_replaceable'; readonly because: string };

/** One line that begins with the refusal's code, so that a person and a query both find it. */
export function refusalText(refusal: Refusal): string {
  return `${refusal.code}: ${explain(refusal)}`;
}

function explain(refusal: Refusal): string {
  switch (refusal.code) {
    case 'other_account':
      return 'the keys of this process are for another account; one Alpaca account serves one account of ours';
    case 'unknown_instrument':
      return `no instrument is called ${refusal.symbol}, so it is not known what Alpaca would take it for`;
    case 'instrument_not_traded':
      return `Alpaca trades no instruments of kind ${refusal.kind}, as ${refusal.symbol} is`;
    case 'symbol_not_expressible':
      return `${refusal.symbol} has not the form that Alpaca gives to kind ${refusal.kind}`;
    case 'terms_not_traded':
      return `Alpaca takes no ${refusal.type} order of kind ${refusal.kind} with time in force ${refusal.timeInForce}`;
    case 'fraction_not_traded':
      return `${refusal.quantity} is not whole, and ${refusal.because}`;
    case 'not_replaceable':
      return refusal.because;
  }
}
