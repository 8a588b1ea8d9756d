import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { connections, transact, type Statement } from './database.ts';
import { addresses, QUEUE, ready } from './role.ts';

/** Webhook → receipt and work in one statement and one commit → 202 → one wake-up over BullMQ. */
const { databaseUrl, redisUrl } = addresses();
const pool = connections(databaseUrl, 10);
const queue = new Queue(QUEUE, { connection: { url: redisUrl } });

interface Alert {
  /** The team: the bare pipeline looks up no keys. */
  readonly key: string;
  readonly id: string;
}

const accept = (signalId: string, alert: Alert): Statement => ({
  name: 'accept',
  text: `with receipt as (
           insert into bare.receipts (signal_id, team_id, external_id, alert) values ($1, $2, $3, $4)
           on conflict (team_id, external_id) do nothing returning signal_id
         ), work as (insert into bare.outbox (signal_id, team_id) select signal_id, $2 from receipt)
         select signal_id from receipt
         union all select signal_id from bare.receipts where team_id = $2 and external_id = $3`,
  values: [signalId, alert.key, alert.id, JSON.stringify(alert)],
});

const text = { type: 'string', minLength: 1 };
const properties = { key: text, id: text, ticker: text, quantity: text, price: text };
const body = {
  type: 'object',
  properties: { ...properties, action: { enum: ['buy', 'sell'] } },
  required: [...Object.keys(properties), 'action'],
};

const server = fastify();
server.post<{ Body: Alert }>('/', { schema: { body } }, async ({ body: alert }, reply) => {
  const [rows] = await transact(pool, alert.key, accept(randomUUID(), alert));
  const signalId = String(rows?.[0]?.['signal_id']);
  // Not waited for: a wake-up that is lost is made up for by the sweep.
  const options = { jobId: signalId, removeOnComplete: true, removeOnFail: true };
  queue.add('signal', { signalId, teamId: alert.key }, options).catch(() => undefined);
  return reply.code(202).send({ signal_id: signalId, status: 'accepted' });
});
await queue.waitUntilReady();
await server.listen({ host: '127.0.0.1', port: 0 });
ready((server.server.address() as AddressInfo).port);
