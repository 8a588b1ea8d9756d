/**
 * The way of a signal as a row of stations. A signal moves when its last frame came, which tells when it passed each
 * step; the time is stretched, for the real one is shorter than a blink.
 */
const STATIONS = [
  { name: 'receive', does: 'webhook committed', at: 'received_at' },
  { name: 'decide', does: 'checks and limits', at: 'decided_at' },
  { name: 'place', does: 'order written', at: undefined },
  { name: 'route', does: 'sent to the venue', at: 'submitted_at' },
  { name: 'apply', does: 'answer recorded', at: 'answered_at' },
  { name: 'book', does: 'ledger posted', at: 'booked_at' },
  { name: 'publish', does: 'on your screen', at: 'seen_at' },
];
/** Station at which a signal leaves the row when it does not come to the end. */
const LEAVES_AT = { 'order.denied': 1, 'order.expired': 1, 'order.rejected': 3, 'order.cancelled': 3 };

const SAMPLES = 50;
const DOTS_AT_ONCE = 40;
const JOURNEY_MS = { least: 900, most: 2400, perMillisecond: 40 };

export class Flow {
  #list;
  #dots = 0;
  #hops = new Map();
  #fades = new Map();
  #calm = matchMedia('(prefers-reduced-motion: reduce)');

  constructor(list) {
    this.#list = list;
    list.append(...STATIONS.map((station, index) => this.#stationElement(station, index)));
  }

  /** Shows a signal that has ended. `steps` are the times of the frame, `seenAt` when the page got it (Unix ms). */
  signal(event, steps, seenAt) {
    const passed = passedAt(event, steps, seenAt);
    if (passed.length < 2) return;
    for (let index = 1; index < passed.length; index += 1) this.#hop(passed[index - 1], passed[index]);
    this.#light(passed.at(-1).index, event);
    if (!this.#calm.matches && document.visibilityState === 'visible' && this.#dots < DOTS_AT_ONCE) {
      this.#travel(event, passed);
    }
  }

  #stationElement({ name, does, at }, index) {
    const item = document.createElement('li');
    item.className = 'station';
    item.innerHTML = '<span class="hop"></span><span class="knot"></span><b></b><small></small>';
    item.querySelector('b').textContent = name;
    item.querySelector('small').textContent = does;
    if (index === 0) item.querySelector('.hop').remove();
    else if (!at) {
      item.querySelector('.hop').classList.add('shared');
      item.querySelector('.hop').textContent = 'same commit';
    }
    return item;
  }

  /** Keeps the last times between two stations and shows their median at the later one. */
  #hop(from, to) {
    const key = to.index;
    const times = this.#hops.get(key) ?? [];
    times.push(to.at - from.at);
    if (times.length > SAMPLES) times.shift();
    this.#hops.set(key, times);
    const hop = this.#list.children[key].querySelector('.hop');
    if (STATIONS[key].at) hop.textContent = milliseconds(median(times));
  }

  #light(index, event) {
    const station = this.#list.children[index];
    if (event !== 'order.filled') {
      station.dataset.last = 'bad';
      clearTimeout(this.#fades.get(index));
      this.#fades.set(
        index,
        setTimeout(() => delete station.dataset.last, 1500),
      );
    }
    station.querySelector('.knot').animate?.([{ transform: 'scale(1.45)' }, { transform: 'scale(1)' }], {
      duration: this.#calm.matches ? 0 : 500,
      easing: 'ease-out',
    });
  }

  #travel(event, passed) {
    const points = passed.map(({ index }) => this.#centre(index));
    const total = passed.at(-1).at - passed[0].at || 1;
    const frames = passed.map(({ at }, index) => ({
      transform: `translate(${points[index].x}px, ${points[index].y}px)`,
      // Equal shares keep every hop visible; the rest of the time goes by how long a hop really took.
      offset: 0.5 * (index / (passed.length - 1)) + 0.5 * ((at - passed[0].at) / total),
      opacity: 1,
      easing: 'ease-in-out',
    }));
    const { x, y } = points.at(-1);
    if (event !== 'order.filled') frames.push({ transform: `translate(${x}px, ${y + 34}px)`, opacity: 0 });
    if (event !== 'order.filled') for (const frame of frames.slice(0, -1)) frame.offset *= 0.85;
    const dot = document.createElement('span');
    dot.className = 'dot';
    dot.dataset.end = event === 'order.filled' ? 'good' : 'bad';
    this.#list.append(dot);
    this.#dots += 1;
    const duration = Math.min(JOURNEY_MS.most, JOURNEY_MS.least + total * JOURNEY_MS.perMillisecond);
    dot.animate(frames, { duration, fill: 'both' }).finished.finally(() => {
      this.#dots -= 1;
      dot.remove();
    });
  }

  #centre(index) {
    const knot = this.#list.children[index].querySelector('.knot').getBoundingClientRect();
    const box = this.#list.getBoundingClientRect();
    return { x: knot.left - box.left + knot.width / 2, y: knot.top - box.top + knot.height / 2 };
  }
}

/** The stations that a signal passed, with the time at each; those that share a commit share its time. */
function passedAt(event, steps, seenAt) {
  const last = LEAVES_AT[event] ?? STATIONS.length - 1;
  const times = { ...steps, seen_at: new Date(seenAt).toISOString() };
  const passed = [];
  for (const [index, { at }] of STATIONS.slice(0, last + 1).entries()) {
    const time = Date.parse(times[at ?? 'decided_at']);
    // Two machines' clocks may disagree by a little; a signal never goes back in time.
    if (!Number.isNaN(time)) passed.push({ index, at: Math.max(time, passed.at(-1)?.at ?? time) });
  }
  return passed;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** A time for people: `<1 ms`, `12 ms`, `1.4 s`. */
export function milliseconds(value) {
  if (value < 1) return '<1 ms';
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}
