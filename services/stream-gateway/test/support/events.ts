import { type EventFrame, FRAME_HINT_CHANNEL } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { TestDatabase } from '@keelson/testkit';
import type { Redis } from 'ioredis';

export interface EventOptions {
  /** Where gateways are told; without it they must find out by themselves. */
  readonly redis?: Redis;
  readonly channel?: 'orders' | 'system';
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What the step publish commits, for events that belong to no order. */
const append = (channel: 'orders' | 'system') => `
  with last as (
    insert into keelson.stream_offsets as o (team_id, ${channel}) values ($1, $2)
    on conflict (team_id) do update set ${channel} = o.${channel} + excluded.${channel}
    returning ${channel} as reached)
  insert into keelson.stream_events (team_id, channel, stream_offset, event, data)
  select $1, '${channel}', last.reached - $2 + number, $3, $4::jsonb
    from last, generate_series(1, $2) as number
  returning stream_offset, (select epoch from keelson.stream_epochs) as epoch`;

/** Commits events of a team; the last offset. */
export async function writeEvents(
  { admin }: TestDatabase,
  teamId: Id,
  count: number,
  { redis, channel = 'orders', event = 'order.accepted', data: given = {} }: EventOptions = {},
): Promise<number> {
  const data = { at: new Date().toISOString(), ...given };
  const values = [teamId, count, event, JSON.stringify(data)];
  const rows = await admin<{ stream_offset: string; epoch: string }>(append(channel), values);
  const frames = rows.map(({ stream_offset: offset, epoch }) => {
    return { type: 'event', channel, offset: Number(offset), epoch, event, data } as EventFrame;
  });
  await redis?.publish(FRAME_HINT_CHANNEL, JSON.stringify({ teamId, frames })).catch(() => 0);
  return Math.max(...frames.map(({ offset }) => offset));
}

/** From `first` to `last`, both included. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
