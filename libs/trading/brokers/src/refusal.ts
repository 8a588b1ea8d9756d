import type { OrderTerms } from '@keelson/contracts';
import type { Broker } from './broker.port.ts';

/** Why an order cannot go to this venue at all; undefined when it can. Nothing is sent to find that out. Pure. */
export function refusalOf(
  { name, capabilities }: Pick<Broker, 'name' | 'capabilities'>,
  { type, timeInForce }: OrderTerms,
  { liveTrading }: { readonly liveTrading: boolean },
): string | undefined {
  const { live, orderTypes, timesInForce } = capabilities;
  if (live && !liveTrading)
    return `not sent: ${name} trades real money, and LIVE_TRADING is not on in this environment`;
  if (!orderTypes.includes(type)) return `not sent: ${name} takes no ${type} orders`;
  if (!timesInForce.includes(timeInForce)) return `not sent: ${name} takes no ${timeInForce} orders`;
  return undefined;
}
