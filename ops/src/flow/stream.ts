import { type Channel, type EventFrame, terminalEvents } from '@keelson/contracts';
import type { StreamClient } from '@keelson/stream';
import { exitCode, Failure } from '../framework/failure.ts';
import type { DemoAccess } from './access.ts';

export interface StreamOptions {
  readonly channels: readonly Channel[];
  readonly since?: Partial<Record<Channel, number>>;
  readonly onState?: (text: string) => void;
  /** Called when events up to this offset can't be had any more. */
  readonly onLoss?: (channel: Channel, offset: number) => void;
}

const OPEN_WITHIN_MS = 5_000;

/** Opens the stream and resolves when every channel is subscribed, so that nothing sent afterwards can be missed. */
export async function openStream(access: DemoAccess, options: StreamOptions): Promise<StreamClient> {
  const { StreamClient } = await import('@keelson/stream');
  const waiting = new Set<Channel>(options.channels);
  const subscribed = Promise.withResolvers<void>();
  const client = new StreamClient({
    url: access.stream_url,
    token: access.token,
    channels: options.channels,
    ...(options.since ? { since: options.since } : {}),
    onConnection: (connection) =>
      options.onState?.(
        connection.state === 'waiting'
          ? `lost (${connection.code}), again in ${connection.retryInMs} ms`
          : connection.state,
      ),
    onSubscribed: (channel) => {
      waiting.delete(channel);
      if (waiting.size === 0) subscribed.resolve();
    },
    onResync: (frame) => options.onLoss?.(frame.channel, frame.offset),
  });
  const timer = setTimeout(() => {
    client.close();
    subscribed.reject(
      new Failure(`The stream at ${access.stream_url} did not open within ${OPEN_WITHIN_MS / 1_000} s`, {
        code: exitCode.resource,
        fix: 'keelson status shows whether stream-gateway is ready; keelson logs stream-gateway tells why not',
      }),
    );
  }, OPEN_WITHIN_MS);
  try {
    await subscribed.promise;
    return client;
  } finally {
    clearTimeout(timer);
  }
}

const terminal: ReadonlySet<string> = new Set(terminalEvents);

/** Whether a frame ends its signal. */
export function isTerminal(frame: EventFrame): boolean {
  return frame.channel === 'orders' && terminal.has(frame.event);
}
