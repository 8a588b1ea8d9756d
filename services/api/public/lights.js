/** Service lights and the trading state: what is asked over HTTP, beside the stream. */
const EVERY_MS = 2000;
const TIMEOUT_MS = 1800;
const WORDS = {
  ACTIVE: 'Orders are placed',
  REDUCING: 'Only orders that shrink a position are placed',
  HALTED: 'Every new order is denied',
};

export class Lights {
  #list;
  #token = '';
  #gateway = 'waiting';
  #apiChecks = '';

  constructor(list) {
    this.#list = list;
  }

  /** Starts to ask, every two seconds while the page is seen. */
  start() {
    const visit = () => {
      if (document.visibilityState === 'visible') void this.#visit();
    };
    visit();
    setInterval(visit, EVERY_MS);
  }

  set token(token) {
    this.#token = token;
  }

  /** What the page's own socket knows of the gateway: `ready`, `waiting` or `failed`. */
  set gateway(state) {
    this.#gateway = state;
    this.#set('stream-gateway', state);
  }

  async #visit() {
    const [api, services] = await Promise.all([
      get('/health/ready', ''),
      this.#token && get('/api/v1/services', this.#token),
    ]);
    const checks = Object.entries(api?.body?.checks ?? {}).filter(([, check]) => check.status !== 'ok');
    this.#apiChecks = checks.map(([name, check]) => `${name}: ${check.message ?? 'not ready'}`).join(', ');
    this.#set('api', api?.ok ? 'ready' : 'failed', api ? this.#apiChecks : 'does not answer');
    this.#set('stream-gateway', this.#gateway);
    const others = services?.ok ? (services.body.services ?? services.body.data ?? []) : [];
    for (const { name, state } of others) {
      if (name !== 'api' && name !== 'stream-gateway') this.#set(name, state === 'ready' ? 'ready' : 'failed', state);
    }
  }

  #set(name, state, why = '') {
    let item = this.#list.querySelector(`[data-name="${CSS.escape(name)}"]`);
    if (!item) {
      item = document.createElement('li');
      item.dataset.name = name;
      item.innerHTML = '<span class="light" aria-hidden="true"></span><span></span><span class="only-read"></span>';
      item.children[1].textContent = name;
      this.#list.append(item);
    }
    item.dataset.state = state;
    item.title = why || state;
    item.children[2].textContent = `: ${state}`;
  }
}

export class TradingState {
  #panel;
  #word;
  #reason;
  #announce;
  #current = '';

  /** `announce` speaks to people who listen instead of looking. */
  constructor({ panel, word, reason, announce }) {
    this.#panel = panel;
    this.#word = word;
    this.#reason = reason;
    this.#announce = announce;
  }

  /** Asks the api; until it answers the state is unknown, which counts as halted. */
  async load(token) {
    const answer = await get('/api/v1/trading-state', token);
    const body = answer?.ok ? (answer.body.data ?? answer.body) : {};
    const state = body.state ?? body.trading_state;
    if (typeof state === 'string') this.show(state, body.reason);
  }

  show(state, reason) {
    this.#panel.dataset.state = state.toLowerCase();
    this.#word.textContent = state;
    this.#reason.textContent = [WORDS[state], reason && `Reason: ${reason}`].filter(Boolean).join('. ');
    if (this.#current && this.#current !== state) this.#announce(`Trading is ${state.toLowerCase()}`);
    this.#current = state;
  }
}

/** `{ ok, body }`, or undefined when nothing answered. */
async function get(path, token) {
  try {
    const response = await fetch(path, {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const isJson = response.headers.get('content-type')?.includes('json');
    return { ok: response.ok, body: isJson ? await response.json() : {} };
  } catch {
    // Down, or slower than we wait: the light shows it.
    return undefined;
  }
}
