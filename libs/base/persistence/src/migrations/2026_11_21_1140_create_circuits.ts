import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.ts';

/** The circuit of each venue, and what venues said that contradicts our books. */
export class CreateCircuits implements MigrationInterface {
  readonly name = 'CreateCircuits1763725200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table keelson.broker_circuits (
        broker text primary key,
        state text not null default 'closed' check (state in ('closed', 'open')),
        failures timestamptz[] not null default '{}',
        opened_at timestamptz,
        open_until timestamptz,
        probe_until timestamptz,
        reason text,
        check (state = 'closed' or open_until is not null)
      ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
      comment on table keelson.broker_circuits is 'a venue without a row never failed; every claim reads its row';
      comment on column keelson.broker_circuits.failures is 'since the last success, and not older than the window';
      comment on column keelson.broker_circuits.open_until is 'from then on one claim at a time may probe; its success closes the circuit';
      comment on column keelson.broker_circuits.probe_until is 'until when somebody is probing';
      comment on column keelson.broker_circuits.reason is 'of the last failure, in fixed words';
      grant select, insert, update on keelson.broker_circuits to keelson_app;
      grant select on keelson.broker_circuits to keelson_relay;

      create table keelson.quarantined_events (
        broker text not null,
        venue_event_id text not null,
        team_id uuid not null,
        signal_id uuid not null,
        client_order_id text not null,
        type text not null,
        payload jsonb not null,
        reason text not null,
        quarantined_at timestamptz not null default clock_timestamp(),
        resolved_at timestamptz,
        resolution text,
        primary key (broker, venue_event_id),
        check ((resolved_at is null) = (resolution is null))
      );
      comment on table keelson.quarantined_events is 'what a venue said of an order of ours that cannot be: put aside, so that all else is heard';
      create index quarantined_events_open on keelson.quarantined_events (team_id) where resolved_at is null;
    `);
    await tenantTable(runner, 'quarantined_events', 'select, insert, update');
    await runner.query(`
      create policy relay on keelson.quarantined_events for select to keelson_relay using (true);
      grant select (team_id, broker, quarantined_at, resolved_at) on keelson.quarantined_events to keelson_relay;
      create policy resolve on keelson.quarantined_events for select to keelson_resolver using (true);
      grant select (broker, venue_event_id) on keelson.quarantined_events to keelson_resolver;
    `);
    await this.#hear(
      runner,
      `and not exists (select from quarantined_events q
                              where q.broker = wanted_broker and q.venue_event_id = said.venue_event_id)`,
      `in ('route', 'replace')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.#hear(runner, '', `= 'route'`);
    await runner.query('drop table keelson.quarantined_events, keelson.broker_circuits');
  }

  /** The function belongs to the resolver, who may replace it only while it may create in the schema. */
  async #hear(runner: QueryRunner, unless: string, steps: string): Promise<void> {
    await runner.query(`
      create or replace function keelson.unrecorded_events(wanted_broker text, client_order_ids text[], venue_event_ids text[])
        returns table (venue_event_id text, team_id uuid, signal_id uuid, in_hand boolean)
        language sql stable security definer set search_path = keelson as $$
          select said.venue_event_id, o.team_id, o.signal_id,
                 exists (select from outbox w
                          where w.outbox_id = o.submit_message_id and w.step ${steps} and w.lease_until > now())
            from unnest(client_order_ids, venue_event_ids) as said (client_order_id, venue_event_id)
            join orders o on o.broker = wanted_broker and o.client_order_id = said.client_order_id
           where not exists (select from broker_events e
                              where e.broker = wanted_broker and e.venue_event_id = said.venue_event_id)
             ${unless}
        $$;
    `);
  }
}
