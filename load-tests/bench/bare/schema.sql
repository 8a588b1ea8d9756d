-- What the bare pipeline keeps: the tables that a signal's way touches, and no more. A row of outbox is the signal's work
-- that is left; it alone has no row-level security, because the sweep looks across teams.
create schema bare;

create table bare.receipts (
  signal_id uuid primary key,
  team_id uuid not null,
  external_id text not null,
  alert jsonb not null,
  received_at timestamptz not null default now(),
  unique (team_id, external_id)
);
create table bare.outbox (
  signal_id uuid primary key,
  team_id uuid not null,
  step text not null default 'decide',
  owner uuid,
  leased_until timestamptz not null default now() + interval '2 seconds'
);
create table bare.exposures (
  team_id uuid not null,
  symbol text not null,
  reserved numeric not null default 0,
  held numeric not null default 0,
  most numeric not null,
  primary key (team_id, symbol)
);
create table bare.orders (
  signal_id uuid primary key,
  team_id uuid not null,
  symbol text not null,
  side text not null,
  quantity numeric not null,
  price numeric not null,
  status text not null default 'submitted'
);
create table bare.fills (
  fill_id uuid primary key,
  team_id uuid not null,
  signal_id uuid not null,
  quantity numeric not null,
  price numeric not null
);
create table bare.postings (
  fill_id uuid not null,
  team_id uuid not null,
  account text not null,
  amount numeric not null,
  primary key (fill_id, account)
);
create table bare.positions (
  team_id uuid not null,
  symbol text not null,
  quantity numeric not null default 0,
  cost numeric not null default 0,
  primary key (team_id, symbol)
);
create table bare.channels (team_id uuid primary key, last_offset bigint not null default 0);
create table bare.events (
  team_id uuid not null,
  event_offset bigint not null,
  signal_id uuid not null,
  data jsonb not null,
  primary key (team_id, event_offset)
);

do $$
declare
  name text;
begin
  foreach name in array array['receipts', 'exposures', 'orders', 'fills', 'postings', 'positions', 'channels', 'events'] loop
    execute format('alter table bare.%I enable row level security', name);
    execute format('alter table bare.%I force row level security', name);
    execute format(
      'create policy team on bare.%I using (team_id = current_setting(''bare.team_id'')::uuid)', name);
  end loop;
end
$$;
grant usage on schema bare to keelson_app;
grant select, insert, update, delete on all tables in schema bare to keelson_app;
