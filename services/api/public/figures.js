import { milliseconds } from './flow.js';

/** Counters per second and latencies, over the last ten seconds; a line shows the last minute. */
const WINDOW_SECONDS = 10;
const LINE_SECONDS = 60;

const emptySecond = () => ({ signals: 0, filled: 0, latencies: [] });

export class Figures {
  #list;
  #seconds = Array.from({ length: LINE_SECONDS }, emptySecond);
  #totals = { signals: 0, filled: 0, refused: 0 };

  constructor(list) {
    this.#list = list;
    for (const [id, title] of [
      ['signals', 'Signals per second'],
      ['filled', 'Filled per second'],
      ['refused', 'Not traded'],
      ['median', 'Signal to screen, median'],
      ['p95', 'Signal to screen, 95 %'],
    ]) {
      const group = document.createElement('div');
      group.append(
        Object.assign(document.createElement('dt'), { textContent: title }),
        Object.assign(document.createElement('dd'), { id: `figure-${id}`, textContent: '–' }),
      );
      list.append(group);
    }
    list.insertAdjacentHTML(
      'beforeend',
      '<div class="line"><dt>Signals, last minute</dt><dd><svg viewBox="0 0 59 20" preserveAspectRatio="none" aria-hidden="true"><path></path></svg></dd></div>',
    );
    this.#draw();
  }

  /** A signal has ended with this event, so many ms after it was received. */
  signal(event, latencyMs) {
    const now = this.#seconds.at(-1);
    now.signals += 1;
    this.#totals.signals += 1;
    if (event === 'order.filled') {
      now.filled += 1;
      this.#totals.filled += 1;
    } else this.#totals.refused += 1;
    if (latencyMs !== undefined) now.latencies.push(Math.max(latencyMs, 0));
  }

  /** Once a second. */
  tick() {
    this.#draw();
    this.#seconds.push(emptySecond());
    this.#seconds.shift();
  }

  #draw() {
    const window = this.#seconds.slice(-WINDOW_SECONDS);
    const perSecond = (name) => window.reduce((sum, second) => sum + second[name], 0) / Math.max(window.length, 1);
    const latencies = window.flatMap((second) => second.latencies).sort((a, b) => a - b);
    const quantile = (share) =>
      latencies.length ? milliseconds(latencies[Math.ceil(latencies.length * share) - 1]) : '–';
    this.#set('signals', perSecond('signals').toFixed(1));
    this.#set('filled', perSecond('filled').toFixed(1));
    this.#set('refused', this.#totals.refused.toLocaleString());
    this.#set('median', quantile(0.5));
    this.#set('p95', quantile(0.95));
    const highest = Math.max(1, ...this.#seconds.map((second) => second.signals));
    const points = this.#seconds.map((second, index) => `${index} ${19 - (second.signals / highest) * 17}`);
    this.#list.querySelector('path').setAttribute('d', `M${points.join('L')}`);
  }

  #set(id, text) {
    this.#list.querySelector(`#figure-${id}`).textContent = text;
  }
}
