/** Milliseconds between two looks: the edge keeps an answer for 60 seconds, so asking more often learns nothing. */
const PAUSE = 60_000;
/** Milliseconds after which no answer counts as one. */
const PATIENCE = 10_000;

/** @typedef {{ status: string, checks?: Record<string, { status: string, message?: string }> }} Health */

/**
 * What the page says for an answer; undefined is none.
 * @param {Health | undefined} health
 */
export function wordsFor(health) {
  if (!health) return { state: 'error', summary: 'The platform does not answer.', parts: [] };
  const parts = Object.entries(health.checks ?? {}).map(([name, { status, message }]) => ({
    name,
    state: status === 'ok' ? 'ok' : 'error',
    words: status === 'ok' ? 'works' : `does not work${message ? `: ${message}` : ''}`,
  }));
  return health.status === 'ok'
    ? { state: 'ok', summary: 'Everything works.', parts }
    : { state: 'error', summary: 'Something does not work. Signals that were taken are kept.', parts };
}

/** @returns {Promise<Health | undefined>} */
async function ask() {
  try {
    const answer = await fetch('/health', { signal: AbortSignal.timeout(PATIENCE) });
    const health = await answer.json();
    return typeof health?.status === 'string' ? health : undefined;
  } catch {
    // Whatever the cause, the page's words for it are those for no answer.
    return undefined;
  }
}

/** @param {ReturnType<typeof wordsFor>} words */
function show({ state, summary, parts }) {
  const line = document.querySelector('#summary');
  // The same words again would be read out again.
  if (line.textContent !== summary) line.textContent = summary;
  line.dataset.state = state;
  const items = parts.map((part) => {
    const item = document.createElement('li');
    const name = document.createElement('span');
    const words = document.createElement('span');
    name.textContent = part.name;
    words.textContent = part.words;
    words.dataset.state = part.state;
    item.append(name, words);
    return item;
  });
  document.querySelector('#parts').replaceChildren(...items);
  const now = new Date();
  const time = document.querySelector('#looked-at');
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString();
}

async function look() {
  show(wordsFor(await ask()));
  setTimeout(look, PAUSE);
}

// Imported by a test, there is no page.
if (typeof document !== 'undefined') await look();
