import { type EventFrame, FRAME_HINT_CHANNEL } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { TestDatabase } from '@keelson/testkit';
import type { Redis } from 'ioredis';

/** What the step publish commits, for events on `orders` that belong to no order. */
const APPEND = `
  with last as (
    insert into keelson.stream_offsets as o (team_id, orders) values ($1, $2)
    on conflict (team_id) do update set orders = o.orders + excluded.orders
    returning orders)
  insert into keelson.stream_events (team_id, channel, stream_offset, event, data)
  select $1, 'orders', last.orders - $2 + number, 'order.accepted', $3::jsonb
    from last, generate_series(1, $2) as number
  returning stream_offset, (select epoch from keelson.stream_epochs) as epoch`;

/** Commits events of a team, and hints to gateways when it is given a Redis. */
export async function writeEvents(
  { admin }: TestDatabase,
  teamId: Id,
  count: number,
  { redis, note }: { redis?: Redis; note?: string } = {},
): Promise<number> {
  const data = { at: new Date().toISOString(), ...(note ? { note } : {}) };
  const rows = await admin<{ stream_offset: string; epoch: string }>(APPEND, [teamId, count, JSON.stringify(data)]);
  const frames = rows.map(({ stream_offset: offset, epoch }): EventFrame => {
    return { type: 'event', channel: 'orders', offset: Number(offset), epoch, event: 'order.accepted', data };
  });
  await redis?.publish(FRAME_HINT_CHANNEL, JSON.stringify({ teamId, frames })).catch(() => 0);
  return Math.max(...frames.map(({ offset }) => offset));
}

/** From `first` to `last`, both included. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
