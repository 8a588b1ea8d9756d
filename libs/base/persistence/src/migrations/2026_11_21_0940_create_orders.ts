import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** Intents, their orders at a venue, what the venue said, and fills. */
export class CreateOrders implements MigrationInterface {
  readonly name = 'CreateOrders1763718000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.intents (
        intent_id uuid primary key,
        team_id uuid not null,
        signal_id uuid not null unique references keelson.signals,
        account_id uuid not null,
        symbol text not null,
        side text not null,
        quantity numeric(30,12) not null,
        notional numeric(30,12) not null,
        created_at timestamptz not null default clock_timestamp()
      );
      create table keelson.orders (
        order_id uuid primary key,
        team_id uuid not null,
        intent_id uuid not null references keelson.intents,
        submit_message_id uuid not null,
        signal_id uuid not null,
        account_id uuid not null,
        broker text not null,
        client_order_id text not null,
        leg integer not null default 0,
        revision integer not null default 0,
        symbol text not null,
        side text not null,
        type text not null,
        quantity numeric(30,12) not null check (quantity > 0),
        reference_price numeric(30,12) not null,
        multiplier numeric(30,12) not null,
        currency text not null,
        status text not null,
        filled_quantity numeric(30,12) not null default 0,
        filled_value numeric(40,12) not null default 0,
        reserved numeric(30,12) not null,
        attempt integer not null default 0,
        deadline timestamptz,
        halt_generation bigint not null default 0,
        venue_order_id text,
        reason text,
        expires_at timestamptz not null,
        created_at timestamptz not null default clock_timestamp(),
        submitted_at timestamptz,
        completed_at timestamptz,
        unique (broker, client_order_id)
      ) with (fillfactor = 70);
      comment on table keelson.orders is 'no index names a column that changes, so its updates stay on the page; open ones have a row in the outbox';
      comment on column keelson.orders.submit_message_id is 'its submit_order in the outbox, as long as the venue owes an answer';
      comment on column keelson.orders.filled_value is 'sum of quantity x price of the fills, before the multiplier';
      comment on column keelson.orders.reserved is 'exposure still reserved for the open remainder';
      create index orders_by_signal on keelson.orders (signal_id);
      create index orders_by_team on keelson.orders (team_id, created_at);

      create table keelson.broker_events (
        broker text not null,
        venue_event_id text not null,
        team_id uuid not null,
        order_id uuid not null,
        type text not null,
        payload jsonb not null,
        recorded_at timestamptz not null default clock_timestamp(),
        primary key (broker, venue_event_id)
      );
      create index broker_events_by_order on keelson.broker_events (order_id);
      create table keelson.fills (
        fill_id uuid primary key,
        team_id uuid not null,
        order_id uuid not null references keelson.orders,
        signal_id uuid not null,
        quantity numeric(30,12) not null check (quantity > 0),
        price numeric(30,12) not null,
        executed_at timestamptz not null
      );
      create index fills_by_order on keelson.fills (order_id);
    `);
    await tenantTable(runner, 'intents', 'select, insert');
    await tenantTable(runner, 'orders', 'select, insert, update');
    await tenantTable(runner, 'broker_events', 'select, insert');
    await tenantTable(runner, 'fills', 'select, insert');
    await runner.query(`
      create policy relay on keelson.orders for select to keelson_relay using (true);
      grant select (order_id, team_id, signal_id, status, deadline, submitted_at) on keelson.orders to keelson_relay;
      create policy resolve on keelson.orders for select to keelson_resolver using (true);
      grant select (broker, client_order_id, team_id, order_id, signal_id, submit_message_id) on keelson.orders to keelson_resolver;
      create policy resolve on keelson.outbox for select to keelson_resolver using (true);
      grant select (outbox_id, step, lease_until) on keelson.outbox to keelson_resolver;
      create policy resolve on keelson.broker_events for select to keelson_resolver using (true);
      grant select (broker, venue_event_id) on keelson.broker_events to keelson_resolver;
      create function keelson.unrecorded_events(wanted_broker text, client_order_ids text[], venue_event_ids text[])
        returns table (venue_event_id text, team_id uuid, signal_id uuid, in_hand boolean)
        language sql stable security definer set search_path = keelson as $$
          select said.venue_event_id, o.team_id, o.signal_id,
                 exists (select from outbox w
                          where w.outbox_id = o.submit_message_id and w.step = 'route' and w.lease_until > now())
            from unnest(client_order_ids, venue_event_ids) as said (client_order_id, venue_event_id)
            join orders o on o.broker = wanted_broker and o.client_order_id = said.client_order_id
           where not exists (select from broker_events e
                              where e.broker = wanted_broker and e.venue_event_id = said.venue_event_id)
        $$;
      comment on function keelson.unrecorded_events is 'of events on a venue''s stream: those of our orders that are not in yet, whose they are, and whether somebody waits for the answer that brings them';
      grant create on schema keelson to keelson_resolver;
      alter function keelson.unrecorded_events owner to keelson_resolver;
      revoke create on schema keelson from keelson_resolver;
      revoke all on function keelson.unrecorded_events from public;
      grant execute on function keelson.unrecorded_events to keelson_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function keelson.unrecorded_events;
      drop table keelson.fills, keelson.broker_events, keelson.orders, keelson.intents;
    `);
  }
}
