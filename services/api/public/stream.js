/**
 * The page's end of the stream: connects, resumes from the last offset of each channel after a break, and tells what
 * came. The protocol is libs/base/contracts/src/stream.ts.
 */
const CHANNELS = ['orders', 'trades', 'system'];
const HISTORY = 50;
const RETRY_SECONDS = [1, 2, 4, 8, 16, 30];
const TOKEN_REFUSED = 4401;

export class Stream {
  #url;
  #token;
  #listener;
  #socket;
  #timer;
  #failures = 0;
  #epoch;
  /** Last offset seen per channel. */
  #offsets = new Map();
  /** Offset per channel at which the page came in: what is at or before it is history. */
  #cameInAt = new Map();

  /** `listener` has connection(state, details), event(frame, isHistory), resync(frame) and position(epoch, offsets). */
  constructor(url, token, listener) {
    this.#url = url;
    this.#token = token;
    this.#listener = listener;
  }

  open() {
    this.#listener.connection('connecting', {});
    try {
      this.#socket = new WebSocket(this.#url, ['keelson.v1', this.#token]);
    } catch (error) {
      // A token with a blank in it, say, is no valid subprotocol.
      this.#listener.connection('refused', { reason: error.message });
      return;
    }
    this.#socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(data)));
    this.#socket.addEventListener('close', ({ code, reason }) => this.#lost(code, reason));
  }

  close() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
  }

  #receive(frame) {
    if (frame.type === 'event') this.#take(frame);
    else if (frame.type === 'ready') this.#ready(frame.epoch);
    else if (frame.type === 'subscribed') this.#subscribed(frame);
    else if (frame.type === 'resync') this.#resync(frame);
  }

  #ready(epoch) {
    this.#failures = 0;
    const resumed = this.#offsets.size > 0;
    const since = Object.fromEntries(this.#offsets);
    this.#say({ type: 'subscribe', channels: CHANNELS, ...(resumed ? { since, epoch: this.#epoch } : {}) });
    this.#epoch = epoch;
    this.#listener.connection('open', { resumedFrom: resumed ? since : undefined });
  }

  /** The first answer says where a channel stands; then the last few events are asked for, to have something to show. */
  #subscribed({ channel, offset, epoch }) {
    this.#epoch = epoch;
    if (this.#offsets.has(channel)) return this.#tellPosition();
    this.#offsets.set(channel, offset);
    this.#cameInAt.set(channel, offset);
    const since = Math.max(offset - HISTORY, 0);
    if (offset > since && channel !== 'system') {
      this.#offsets.set(channel, since);
      this.#say({ type: 'subscribe', channels: [channel], since: { [channel]: since }, epoch });
    }
    this.#tellPosition();
  }

  #resync(frame) {
    this.#offsets.set(frame.channel, frame.offset);
    this.#cameInAt.set(frame.channel, frame.offset);
    this.#epoch = frame.epoch;
    this.#listener.resync(frame);
  }

  #take(frame) {
    if (frame.offset <= (this.#offsets.get(frame.channel) ?? 0)) return;
    this.#offsets.set(frame.channel, frame.offset);
    this.#listener.event(frame, frame.offset <= (this.#cameInAt.get(frame.channel) ?? 0));
    this.#tellPosition();
  }

  #tellPosition() {
    this.#listener.position(this.#epoch, this.#offsets);
  }

  #say(frame) {
    this.#socket?.send(JSON.stringify(frame));
  }

  #lost(code, reason) {
    if (!this.#socket) return;
    if (code === TOKEN_REFUSED) {
      this.#socket = undefined;
      this.#listener.connection('refused', { reason });
      return;
    }
    const step = RETRY_SECONDS[Math.min(this.#failures, RETRY_SECONDS.length - 1)];
    const seconds = step * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#listener.connection('waiting', { retryAt: Date.now() + seconds * 1000, reason });
    this.#timer = setTimeout(() => this.open(), seconds * 1000);
  }
}
