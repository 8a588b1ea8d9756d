import { z } from 'zod';
import { id, instant } from './fields.ts';

/** Channels of a team on the stream; offsets count per team and channel. */
export const channel = z.enum(['orders', 'trades', 'ledger', 'system']);
export type Channel = z.infer<typeof channel>;

/** The subprotocol of /api/v1/ws; a JWT may follow it as second value of Sec-WebSocket-Protocol. */
export const STREAM_SUBPROTOCOL = 'keelson.v1';

/** Events on `orders` that end a signal: every accepted signal gets exactly one of them, that of its entry or its spread. */
export const terminalEvents = [
  'order.filled',
  'order.denied',
  'order.rejected',
  'order.expired',
  'order.cancelled',
] as const;
export type TerminalEvent = (typeof terminalEvents)[number];

const STAGES = [
  'submitted',
  'accepted',
  'partially_filled',
  'replaced',
  'filled',
  'rejected',
  'expired',
  'cancelled',
] as const;

function stages<Prefix extends string>(prefix: Prefix) {
  return STAGES.map((stage) => `${prefix}.${stage}` as const);
}

export const streamEventName = z.enum([
  'order.submitted',
  'order.accepted',
  'order.partially_filled',
  'order.replaced',
  'order.replace_refused',
  ...terminalEvents,
  // A fill that the venue took back, of whichever order.
  'order.fill_busted',
  // Orders beside the entry. Exits: take profit, stop loss, and what unwinds a spread that failed.
  ...stages('exit'),
  // The single legs of a spread; the spread as a whole ends as `order.…`.
  ...stages('leg'),
  'entry.posted',
  'trade.created',
  'trade.updated',
  'trade.closed',
  'trading_state.changed',
  'drift.found',
  'drift.ended',
]);
export type StreamEventName = z.infer<typeof streamEventName>;

/** One event as a client gets it. `epoch` names the incarnation of the event log: another one means start anew. */
export const eventFrame = z.strictObject({
  type: z.literal('event'),
  channel,
  offset: z.int().min(1),
  epoch: z.string(),
  event: streamEventName,
  data: z.looseObject({ signal_id: id.optional(), at: instant }),
});
export type EventFrame = z.infer<typeof eventFrame>;

/** What a client may say. */
export const clientFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auth'), token: z.string().min(1).max(10_000) }),
  z.strictObject({
    type: z.literal('subscribe'),
    channels: z.array(channel).min(1).max(10),
    /** The last offset seen per channel; absent means from now on. */
    since: z.partialRecord(channel, z.int().min(0)).optional(),
    /** The epoch that `since` belongs to; another one than the log's is answered with resync. */
    epoch: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), channels: z.array(channel).min(1).max(10) }),
  z.strictObject({ type: z.literal('ping') }),
]);
export type ClientFrame = z.infer<typeof clientFrame>;

/** What the gateway says besides events. */
export type ServerFrame =
  | EventFrame
  | { readonly type: 'ready'; readonly epoch: string }
  | { readonly type: 'subscribed'; readonly channel: Channel; readonly offset: number; readonly epoch: string }
  | {
      readonly type: 'resync';
      readonly channel: Channel;
      readonly offset: number;
      readonly epoch: string;
      readonly reason: string;
    }
  | { readonly type: 'pong' }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/**
 * The hint that carries frames from a committed step to the gateways over Redis. It may be lost: a gateway that sees a
 * hole between offsets reads Postgres.
 */
export interface FrameHint {
  readonly teamId: string;
  readonly frames: readonly EventFrame[];
}

/** Redis pub/sub channel of the hints. */
export const FRAME_HINT_CHANNEL = 'keelson:frames';
