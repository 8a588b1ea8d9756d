import { randomUUID } from 'node:crypto';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { beginAs, commit, connections, lend, send, type Statement, transact } from './database.ts';
import { addresses, HINTS, QUEUE, ready } from './role.ts';

/** One wake-up carries a signal all the way: decide + place | the broker | apply + book + event. */
const CONCURRENCY = 8;
const SWEEP_EVERY_MS = 500;

const { databaseUrl, redisUrl, brokerUrl } = addresses();
const pool = connections(databaseUrl, 9);
const redis = new Redis(redisUrl);
const broker = new Pool(brokerUrl, { connections: CONCURRENCY });
const owner = randomUUID();

interface Signal {
  readonly signalId: string;
  readonly teamId: string;
}

/** A signal's work as it is claimed, with what its limit is decided by. */
interface Claimed {
  readonly step: 'decide' | 'route';
  readonly symbol: string;
  readonly action: string;
  readonly quantity: string;
  readonly price: string;
  readonly used: string;
  readonly most: string;
}

interface Fill {
  readonly fill_id: string;
  readonly quantity: string;
  readonly price: string;
}

const claim = ({ signalId }: Signal): Statement => ({
  name: 'claim',
  text: `update bare.outbox set owner = $2, leased_until = now() + interval '2 seconds'
          where signal_id = $1 and (owner is null or leased_until < now()) returning step`,
  values: [signalId, owner],
});
/** Holds the exposure until the reservation is written. */
const load = ({ signalId }: Signal): Statement => ({
  name: 'load',
  text: `select o.step, e.symbol, r.alert->>'action' as action, r.alert->>'quantity' as quantity,
                r.alert->>'price' as price, e.reserved + e.held as used, e.most
           from bare.outbox o join bare.receipts r using (signal_id)
           join bare.exposures e on e.team_id = r.team_id and e.symbol = r.alert->>'ticker'
          where o.signal_id = $1 and o.owner = $2 for update of e`,
  values: [signalId, owner],
});

const place = ({ signalId, teamId }: Signal, { symbol, action, quantity, price }: Claimed): Statement[] => [
  {
    name: 'order',
    text: `insert into bare.orders (signal_id, team_id, symbol, side, quantity, price) values ($1, $2, $3, $4, $5, $6)`,
    values: [signalId, teamId, symbol, action, quantity, price],
  },
  { name: 'route', text: `update bare.outbox set step = 'route' where signal_id = $1`, values: [signalId] },
  {
    name: 'reserve',
    text: `update bare.exposures set reserved = reserved + $3::numeric * $4::numeric where team_id = $1 and symbol = $2`,
    values: [teamId, symbol, quantity, price],
  },
];

/** The rows that others wait for come last: exposure, then the channel's counter. */
const book = ({ signalId, teamId }: Signal, { symbol, action }: Claimed, fill: Fill): Statement[] => {
  const { fill_id: fillId, quantity, price } = fill;
  return [
    {
      // Division by zero, which ends the transaction, when the work is not ours any more: nothing is booked twice.
      name: 'done',
      text: `with gone as (delete from bare.outbox where signal_id = $1 and owner = $2 returning 1) select 1 / count(*) from gone`,
      values: [signalId, owner],
    },
    {
      name: 'fill',
      text: `insert into bare.fills (fill_id, team_id, signal_id, quantity, price) values ($1, $2, $3, $4, $5)`,
      values: [fillId, teamId, signalId, quantity, price],
    },
    { name: 'filled', text: `update bare.orders set status = 'filled' where signal_id = $1`, values: [signalId] },
    {
      name: 'post',
      text: `insert into bare.postings (fill_id, team_id, account, amount)
             select $1, $2, account, sign * $3::numeric * $4::numeric from (values ('cash', -1), ('securities', 1)) b (account, sign)`,
      values: [fillId, teamId, quantity, price],
    },
    {
      name: 'position',
      text: `insert into bare.positions as p (team_id, symbol, quantity, cost) values ($1, $2, $3::numeric, $3::numeric * $4::numeric)
             on conflict (team_id, symbol) do update set quantity = p.quantity + excluded.quantity, cost = p.cost + excluded.cost`,
      values: [teamId, symbol, action === 'buy' ? quantity : `-${quantity}`, price],
    },
    {
      name: 'convert',
      text: `update bare.exposures set reserved = reserved - $3::numeric * $4::numeric, held = held + $3::numeric * $4::numeric
              where team_id = $1 and symbol = $2`,
      values: [teamId, symbol, quantity, price],
    },
    {
      name: 'event',
      text: `with next as (update bare.channels set last_offset = last_offset + 1 where team_id = $1 returning last_offset)
             insert into bare.events (team_id, event_offset, signal_id, data) select $1, last_offset, $2, $3 from next`,
      values: [teamId, signalId, JSON.stringify({ signal_id: signalId, symbol, side: action, quantity, price })],
    },
  ];
};

/** First transaction, two round trips: the verdict is made here, between them. Nothing when the work is another's. */
function decide(signal: Signal): Promise<Claimed | undefined> {
  return lend(pool, async (client) => {
    const answers = await send(client, ...beginAs(signal.teamId), claim(signal), load(signal));
    const claimed = answers[2]?.length === 1 ? (answers[3]?.[0] as Claimed | undefined) : undefined;
    const decided = claimed?.step === 'decide' ? place(signal, claimed) : [];
    if (claimed && decided.length > 0) {
      const notional = Number(claimed.quantity) * Number(claimed.price);
      if (Number(claimed.used) + notional > Number(claimed.most)) throw new Error('the limit was to deny no load');
    }
    await send(client, ...decided, commit);
    return claimed;
  });
}

async function atBroker({ signalId }: Signal, { quantity, price }: Claimed): Promise<Fill> {
  const body = JSON.stringify({ client_order_id: signalId, quantity, price });
  const answer = await broker.request({ method: 'POST', path: '/', body });
  if (answer.statusCode !== 200) throw new Error(`the broker answered ${answer.statusCode}`);
  return (await answer.body.json()) as Fill;
}

async function carry(signal: Signal): Promise<void> {
  const claimed = await decide(signal);
  if (!claimed) return;
  await transact(pool, signal.teamId, ...book(signal, claimed, await atBroker(signal, claimed)));
  await redis.publish(HINTS, signal.teamId);
}

async function sweep(): Promise<void> {
  const { rows } = await pool.query<Signal>({
    name: 'sweep',
    text: `select signal_id as "signalId", team_id as "teamId" from bare.outbox where leased_until < now() limit 100`,
  });
  for (const signal of rows) await carry(signal);
}

const worker = new Worker<Signal>(QUEUE, ({ data }) => carry(data), {
  connection: { url: redisUrl, maxRetriesPerRequest: null },
  concurrency: CONCURRENCY,
});
const complain = (error: Error): void => void process.stderr.write(`bare worker: ${error.message}\n`);
worker.on('failed', (_, error) => complain(error)).on('error', complain);
setInterval(() => void sweep().catch(complain), SWEEP_EVERY_MS);
await worker.waitUntilReady();
ready();
