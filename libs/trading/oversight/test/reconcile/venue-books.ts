import type { LogLine } from '@keelson/brokers/testing';
import { Decimal, decimalText, ZERO } from '@keelson/kernel';
import type { TestDatabase } from '@keelson/testkit';

/** What an account consists of, as either side has it: everything as text, so that two of them can be compared. */
export interface Books {
  readonly executions: Readonly<Record<string, string>>;
  readonly positions: Readonly<Record<string, string>>;
  readonly cash: string;
  readonly openOrders: readonly string[];
}

/** Contract size of the tests' instrument, here and at the venue. */
const MULTIPLIER = 50;

interface Execution {
  readonly symbol: string;
  readonly side: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
}

/** The account as the venue's own log tells it, folded by nothing that is under test. */
export function booksOfVenue(log: readonly LogLine[], account: string): Books {
  const executions = new Map<string, Execution>();
  const open = new Map<string, Decimal>();
  for (const line of log) {
    if (line['account'] !== account) continue;
    const text = (name: string) => String(line[name]);
    const order = text('venue_order_id');
    if (line.kind === 'order') open.set(order, new Decimal(text('quantity')));
    if (line.kind === 'order') continue;
    const [type, of] = [line['type'], line['execution_id'] === undefined ? text('event_id') : text('execution_id')];
    if (type === 'filled' || type === 'corrected') {
      const [quantity, price] = [new Decimal(text('quantity')), new Decimal(text('price'))];
      executions.set(of, { symbol: text('symbol'), side: text('side'), quantity, price });
      const rest = open.get(order);
      if (type === 'filled' && rest) open.set(order, rest.minus(quantity));
    } else if (type === 'busted') executions.delete(of);
    else if (type !== 'accepted' && type !== 'duplicated') open.delete(order);
  }
  const openOrders = [...open].filter(([, rest]) => rest.gt(0)).map(([order]) => order);
  return { ...totals(executions), openOrders: openOrders.sort() };
}

/** The same account as our tables have it. */
export async function ourBooks({ admin }: Pick<TestDatabase, 'admin'>, account: string): Promise<Books> {
  const fills = await admin<{ id: string; symbol: string; side: string; quantity: string; price: string }>(
    `select f.execution_id as id, o.symbol, o.side, f.quantity, f.price
       from keelson.fills f join keelson.orders o using (order_id)
      where o.account_id = $1 and not exists (select from keelson.fill_busts b where b.fill_id = f.fill_id)`,
    [account],
  );
  const positions = await admin<{ symbol: string; quantity: string }>(
    'select symbol, quantity from keelson.positions where account_id = $1 and quantity <> 0',
    [account],
  );
  // As the venue counts: the whole price of a future moves cash, which our ledger has standing as the position's cost.
  const [cash] = await admin<{ cash: string }>(
    `select coalesce(sum(amount), 0) as cash
       from (select cash as amount from keelson.balances where account_id = $1
             union all select -sign(quantity) * cost from keelson.positions where account_id = $1) moved`,
    [account],
  );
  const open = await admin<{ id: string }>(
    `select venue_order_id as id from keelson.orders
      where account_id = $1 and status in ('accepted', 'partially_filled') order by 1`,
    [account],
  );
  return {
    executions: Object.fromEntries(
      fills.map((fill) => [fill.id, factsOf(fill.side, fill.quantity, fill.price)]).sort(),
    ),
    positions: Object.fromEntries(positions.map(({ symbol, quantity }) => [symbol, textOf(quantity)]).sort()),
    cash: textOf(cash?.cash ?? '0'),
    openOrders: open.map(({ id }) => id).sort(),
  };
}

function totals(executions: ReadonlyMap<string, Execution>): Omit<Books, 'openOrders'> {
  const positions = new Map<string, Decimal>();
  let cash = ZERO;
  for (const { symbol, side, quantity, price } of executions.values()) {
    const units = side === 'buy' ? quantity : quantity.negated();
    positions.set(symbol, (positions.get(symbol) ?? ZERO).plus(units));
    cash = cash.minus(units.times(price).times(MULTIPLIER));
  }
  return {
    executions: Object.fromEntries(
      [...executions]
        .map(([id, { side, quantity, price }]) => [id, factsOf(side, quantity.toFixed(), price.toFixed())])
        .sort(),
    ),
    positions: Object.fromEntries(
      [...positions]
        .filter(([, net]) => !net.isZero())
        .map(([symbol, net]) => [symbol, decimalText(net)])
        .sort(),
    ),
    cash: decimalText(cash),
  };
}

function factsOf(side: string, quantity: string, price: string): string {
  return `${side} ${textOf(quantity)} at ${textOf(price)}`;
}

function textOf(amount: string): string {
  return decimalText(new Decimal(amount));
}
