import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ready } from './role.ts';

/** A venue that fills at once and wholly. The same client order id is the same order. */
interface Order {
  readonly client_order_id: string;
  readonly quantity: string;
  readonly price: string;
}

const fills = new Map<string, object>();

function place({ client_order_id: id, quantity, price }: Order): object {
  const fill = fills.get(id) ?? { fill_id: randomUUID(), quantity, price };
  fills.set(id, fill);
  return fill;
}

const server = createServer((request, response) => {
  // The witness of a run asks how many orders came.
  const answer = async (): Promise<object> =>
    request.method === 'GET' ? { orders: fills.size } : place(JSON.parse(await text(request)) as Order);
  answer().then(
    (found) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found)),
    () => response.writeHead(400).end(),
  );
});
server.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port));
