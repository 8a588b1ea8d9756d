import { WebSocket } from 'k6/websockets';
import type { TeamAccess } from './access.ts';

interface Frame {
  readonly type: string;
  readonly offset?: number;
  readonly event?: string;
  readonly message?: string;
  readonly data?: { readonly signal_id?: string };
}

/** What the stream tells: each frame's offset, and the end of each signal. */
export interface StreamListener {
  readonly onOffset: (offset: number) => void;
  readonly onEnd: (signalId: string, outcome: string) => void;
  /** The connection is gone although nobody closed it. */
  readonly onBroken: (reason: string) => void;
}

const terminal = new Set(['order.filled', 'order.denied', 'order.rejected', 'order.expired', 'order.cancelled']);

/** Subscribes to a team's orders; resolves when nothing sent afterwards can be missed, with what closes it. */
export function openStream(team: TeamAccess, listener: StreamListener): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(team.stream_url, ['keelson.v1', team.token]);
    let closing = false;
    const broken = (reason: string): void => {
      if (closing) return;
      listener.onBroken(reason);
      reject(new Error(`stream: ${reason}`));
    };
    const close = (): void => {
      closing = true;
      socket.close();
    };
    socket.onopen = () => socket.send(JSON.stringify({ type: 'subscribe', channels: ['orders'] }));
    socket.onerror = ({ error }) => broken(error);
    socket.onclose = ({ code, reason }) => broken(`closed with ${code} ${reason}`);
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data) as Frame;
      if (frame.type === 'subscribed') resolve(close);
      else if (frame.type === 'event') take(frame, listener);
      else if (frame.type === 'resync' || frame.type === 'error') broken(`${frame.type} ${frame.message ?? ''}`);
    };
  });
}

function take(frame: Frame, listener: StreamListener): void {
  if (frame.offset !== undefined) listener.onOffset(frame.offset);
  const signalId = frame.data?.signal_id;
  if (signalId !== undefined && frame.event !== undefined && terminal.has(frame.event)) {
    listener.onEnd(signalId, frame.event);
  }
}
