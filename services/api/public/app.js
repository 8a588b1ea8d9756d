/**
 * Keelson's start page. Everything it shows comes over the public stream and API with the token that the person brings;
 * the page itself has no rights.
 */
import { Figures } from './figures.js';
import { Flow } from './flow.js';
import { Lights, TradingState } from './lights.js';
import { Stream } from './stream.js';
import { Table } from './table.js';

const element = (id) => document.getElementById(id);
const ENDS = new Set(['order.filled', 'order.denied', 'order.rejected', 'order.expired', 'order.cancelled']);

const announce = (text) => {
  element('announcer').textContent = text;
};
const flow = new Flow(element('stations'));
const figures = new Figures(element('figures'));
const table = new Table({ columns: element('columns'), rows: element('rows'), empty: element('empty') });
const lights = new Lights(element('services'));
const trading = new TradingState({
  panel: element('trading'),
  word: element('trading-word'),
  reason: element('trading-reason'),
  announce,
});
let stream;
let retryAt;

/** Where the stream is: named in the address, or the same host one port up, as the local stack has it. */
function streamUrl(given) {
  if (given && /^wss?:\/\//.test(given)) return given;
  const { protocol, hostname, port } = location;
  const secure = protocol === 'https:';
  const neighbour = port ? `:${Number(port) + 1}` : '';
  return `${secure ? 'wss' : 'ws'}://${hostname}${neighbour}/api/v1/ws`;
}

/** Token and stream from the fragment, which browsers do not send to servers; then the fragment is taken away. */
function takeFragment() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name of ['token', 'stream']) {
    const value = given.get(name)?.trim();
    if (value) sessionStorage.setItem(`keelson.${name}`, value);
  }
  if (location.hash.includes('token=')) history.replaceState(null, '', location.pathname + location.search);
}

function showConnection(state, text) {
  element('connection').dataset.state = state;
  element('connection-text').textContent = text;
}

const listener = {
  connection(state, { resumedFrom, retryAt: at, reason }) {
    retryAt = at;
    lights.gateway = state === 'open' ? 'ready' : state === 'connecting' ? 'waiting' : 'failed';
    if (state === 'open') {
      const since = Object.entries(resumedFrom ?? {}).map(([channel, offset]) => `${channel} ${offset}`);
      showConnection(state, since.length ? `Live, resumed after ${since.join(', ')}` : 'Live');
      announce(resumedFrom ? 'Connected again; nothing was missed' : 'Connected');
      void trading.load(sessionStorage.getItem('keelson.token'));
    } else if (state === 'connecting') showConnection(state, 'Connecting');
    else if (state === 'waiting') {
      announce('The connection was lost; trying again');
      showRetry();
    } else askForToken(reason || 'The token was not accepted');
  },

  event(frame, isHistory) {
    table.take(frame);
    if (frame.event === 'trading_state.changed') trading.show(frame.data.to, frame.data.reason);
    if (isHistory || !ENDS.has(frame.event)) return;
    const { steps } = frame.data;
    const seenAt = Date.now();
    figures.signal(frame.event, steps?.received_at ? seenAt - Date.parse(steps.received_at) : undefined);
    if (steps) flow.signal(frame.event, steps, seenAt);
  },

  resync({ channel, reason }) {
    table.clear(channel);
    announce(`The ${channel} shown so far are out of date: ${reason}`);
    if (channel === 'system') void trading.load(sessionStorage.getItem('keelson.token'));
  },

  position(epoch, offsets) {
    const where = [...offsets].map(([channel, offset]) => `${channel} ${offset}`).join(' · ');
    element('position').textContent = `Seen up to ${where} · log ${epoch?.slice(0, 8) ?? ''}`;
  },
};

function showRetry() {
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  showConnection('waiting', `Reconnecting in ${seconds} s, will resume`);
}

function connect(token) {
  sessionStorage.setItem('keelson.token', token);
  element('sign-in').hidden = true;
  element('sign-out').hidden = false;
  lights.token = token;
  stream?.close();
  stream = new Stream(streamUrl(sessionStorage.getItem('keelson.stream')), token, listener);
  stream.open();
}

function askForToken(problem = '') {
  stream?.close();
  stream = undefined;
  retryAt = undefined;
  sessionStorage.removeItem('keelson.token');
  showConnection('idle', 'Not connected');
  lights.token = '';
  element('sign-in').hidden = false;
  element('sign-out').hidden = true;
  element('sign-in-problem').textContent = problem;
  element('token').focus();
}

element('sign-in').addEventListener('submit', (submission) => {
  submission.preventDefault();
  const token = element('token').value.trim();
  element('token').value = '';
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) connect(token);
  else
    element('sign-in-problem').textContent = 'That is not an access token: it has three parts with dots between them';
});
element('sign-out').addEventListener('click', () => askForToken());
for (const choice of document.querySelectorAll('input[name="kind"]')) {
  choice.addEventListener('change', () => table.show(choice.value));
}
addEventListener('hashchange', start);
setInterval(() => {
  figures.tick();
  if (retryAt) showRetry();
}, 1000);

function start() {
  takeFragment();
  const token = sessionStorage.getItem('keelson.token');
  if (token) connect(token);
  else askForToken();
}

lights.start();
start();
