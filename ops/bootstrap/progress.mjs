/**
 * Shows steps that run side by side, on stderr (stdout belongs to results). On a terminal a block of lines that is redrawn;
 * elsewhere plain lines: one when a step takes longer than a moment, one when it ends, and a heartbeat in between.
 *
 * @typedef {{ line: (text: string) => void, done: (summary: string) => void, failed: (word: string) => void }} StepDisplay
 * @typedef {{ title: string, started: number, last: string, announced: boolean }} Row
 */

const redrawMs = 120;
const heartbeatMs = 3_000;
/** Steps that end sooner are not announced: a warm start prints nothing. */
const momentMs = 300;
const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const titleWidth = 14;

/**
 * @param {NodeJS.WriteStream} stream @param {NodeJS.ProcessEnv} env
 */
export function createProgress(stream, env) {
  /** @type {Set<Row>} */
  const rows = new Set();
  const live = stream.isTTY === true && env['TERM'] !== 'dumb';
  const paint = painter(live && !env['NO_COLOR']);
  const display = live ? liveDisplay(stream, rows, paint) : plainDisplay(stream, rows);

  /** @param {string} title @returns {StepDisplay} */
  function start(title) {
    /** @type {Row} */
    const row = { title, started: Date.now(), last: '', announced: false };
    rows.add(row);
    /** @param {string} mark @param {string} text */
    const end = (mark, text) => {
      rows.delete(row);
      display.print(`${mark} ${title.padEnd(titleWidth)} ${seconds(row).padStart(6)}  ${text}`);
    };
    return {
      line(text) {
        if (text.trim() !== '') row.last = text.trim();
      },
      done: (summary) => end(paint('32', '✔'), summary),
      failed: (word) => end(paint('31', '✖'), word),
    };
  }
  return { start, stop: () => display.stop() };
}

/** @param {boolean} coloured @returns {(code: string, text: string) => string} */
function painter(coloured) {
  return (code, text) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text);
}

/** @param {Row} row */
function seconds(row) {
  return `${((Date.now() - row.started) / 1000).toFixed(1)} s`;
}

/**
 * @param {NodeJS.WriteStream} stream @param {Set<Row>} rows @param {(code: string, text: string) => string} paint
 */
function liveDisplay(stream, rows, paint) {
  let drawn = 0;
  let tick = 0;
  const clear = () => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    clear();
    tick += 1;
    const frame = frames[tick % frames.length] ?? '';
    const width = Math.max(20, (stream.columns ?? 80) - 30);
    for (const row of rows) {
      if (Date.now() - row.started < momentMs) continue;
      const head = `${paint('36', frame)} ${row.title.padEnd(titleWidth)} ${seconds(row).padStart(6)}`;
      stream.write(`${head}  ${paint('2', row.last.slice(0, width))}\n`);
      drawn += 1;
    }
  };
  const timer = setInterval(draw, redrawMs);
  return {
    /** @param {string} text */
    print(text) {
      clear();
      stream.write(`${text}\n`);
      draw();
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

/** @param {NodeJS.WriteStream} stream @param {Set<Row>} rows */
function plainDisplay(stream, rows) {
  let lastPrint = Date.now();
  /** @param {string} text */
  const print = (text) => {
    lastPrint = Date.now();
    stream.write(`[setup] ${text}\n`);
  };
  const look = () => {
    for (const row of rows) {
      if (row.announced || Date.now() - row.started < momentMs) continue;
      row.announced = true;
      print(`… ${row.title}: started`);
    }
    if (rows.size === 0 || Date.now() - lastPrint < heartbeatMs) return;
    print([...rows].map((row) => `… ${row.title} ${seconds(row)} (${row.last.slice(0, 60) || 'working'})`).join(' · '));
  };
  const timer = setInterval(look, 100);
  return { print, stop: () => clearInterval(timer) };
}
