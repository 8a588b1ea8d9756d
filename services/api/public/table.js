import { milliseconds } from './flow.js';

/** The last orders and trades, newest first; an order keeps its row while it changes. */
const ROWS = 50;
const COLUMNS = {
  orders: ['Time', 'Symbol', 'Side', 'Quantity', 'Price', 'Status', 'Latency'],
  trades: ['Time', 'Symbol', 'Side', 'Quantity', 'Entry', 'Exit', 'Profit'],
};
/** A row that changed, for a moment. */
const FLASH = [{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }];
const NUMBERS = new Set(['Quantity', 'Price', 'Latency', 'Entry', 'Exit', 'Profit']);

export class Table {
  #elements;
  #kind = 'orders';
  /** Per kind: key → the newest entry, in the order of change, oldest first. */
  #entries = { orders: new Map(), trades: new Map() };
  /** Keys whose rows are not drawn yet. */
  #changed = new Set();
  #planned = false;

  /** `elements` are the heading row, the body and the words for an empty table. */
  constructor(elements) {
    this.#elements = elements;
    this.show('orders');
  }

  /** Chooses orders or trades. */
  show(kind) {
    this.#kind = kind;
    this.#elements.columns.replaceChildren(
      ...COLUMNS[kind].map((title) =>
        cell('th', title, { scope: 'col', className: NUMBERS.has(title) ? 'number' : '' }),
      ),
    );
    const entries = [...this.#entries[kind].values()].reverse();
    this.#elements.rows.replaceChildren(...entries.map(({ row }) => row));
    this.#changed.clear();
    this.#elements.empty.hidden = entries.length > 0;
  }

  take(frame) {
    if (frame.channel !== 'orders' && frame.channel !== 'trades') return;
    const { key, cells } = frame.channel === 'orders' ? orderEntry(frame) : tradeEntry(frame);
    const entries = this.#entries[frame.channel];
    const row = entries.get(key)?.row ?? document.createElement('tr');
    entries.delete(key);
    entries.set(key, { row, cells });
    this.#changed.add(`${frame.channel} ${key}`);
    if (entries.size > ROWS) {
      const [oldest, { row: gone }] = entries.entries().next().value;
      entries.delete(oldest);
      gone.remove();
    }
    this.#plan();
  }

  clear(kind) {
    for (const { row } of this.#entries[kind]?.values() ?? []) row.remove();
    this.#entries[kind]?.clear();
  }

  /** Draws once per screen refresh, however many frames came. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    requestAnimationFrame(() => {
      this.#planned = false;
      this.#draw();
    });
  }

  #draw() {
    for (const [kind, entries] of Object.entries(this.#entries)) {
      for (const [key, { row, cells }] of entries) {
        if (!this.#changed.has(`${kind} ${key}`)) continue;
        row.replaceChildren(...cells.map(([text, properties]) => cell('td', text, properties)));
        if (kind !== this.#kind) continue;
        this.#elements.rows.prepend(row);
        row.getAnimations().forEach((running) => running.cancel());
        row.animate(FLASH, { duration: 1200, easing: 'ease-out' });
      }
    }
    this.#changed.clear();
    this.#elements.empty.hidden = this.#entries[this.#kind].size > 0;
  }
}

function cell(tag, text, properties = {}) {
  const element = Object.assign(document.createElement(tag), { textContent: text });
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  return element;
}

const number = { className: 'number' };

function orderEntry({ event, data, offset }) {
  const { received_at: received } = data.steps ?? {};
  const latency = received ? Date.parse(data.at) - Date.parse(received) : undefined;
  const status = event.replace('order.', '').replace('_', ' ');
  const why = data.code ?? data.reason ?? '';
  return {
    key: data.order_id ?? data.signal_id ?? offset,
    cells: [
      [time(data.at)],
      [data.symbol ?? '', { className: 'symbol' }],
      [data.side ?? '', { className: data.side }],
      [filledOf(data), number],
      [plain(data.average_price ?? ''), number],
      [why ? `${status}: ${why.replaceAll('_', ' ')}` : status, { className: `status ${event.replace('order.', '')}` }],
      [latency === undefined ? '' : milliseconds(Math.max(latency, 0)), number],
    ],
  };
}

function tradeEntry({ data, offset }) {
  const profit = Number(data.realised_profit ?? 0);
  return {
    key: data.trade_id ?? offset,
    cells: [
      [time(data.at)],
      [data.symbol ?? '', { className: 'symbol' }],
      [data.direction ?? '', { className: data.direction === 'short' ? 'sell' : 'buy' }],
      [plain(data.quantity ?? ''), number],
      [plain(data.entry_price ?? ''), number],
      [plain(data.exit_price ?? ''), number],
      [plain(data.realised_profit ?? ''), { className: `number ${profit < 0 ? 'sell' : 'buy'}` }],
    ],
  };
}

function filledOf({ quantity = '', filled_quantity: filled }) {
  return filled && filled !== quantity && filled !== '0' ? `${plain(filled)} of ${plain(quantity)}` : plain(quantity);
}

/** Decimal text as people read it: at most four digits after the point. */
function plain(decimal) {
  const value = Number(decimal);
  if (decimal === '' || Number.isNaN(value)) return decimal;
  return value.toLocaleString(undefined, { maximumFractionDigits: 4 });
}

function time(instant) {
  return new Date(instant).toLocaleTimeString(undefined, { hour12: false });
}
