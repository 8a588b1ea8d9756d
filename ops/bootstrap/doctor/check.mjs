/**
 * One line of the doctor's report. `fix` is the command that mends it. What is merely not there yet and comes by itself
 * with the next start is a warning, not a failure.
 *
 * @typedef {{ name: string, state: 'ok' | 'warn' | 'fail', detail: string, fix?: string }} Check
 */

/** @param {string} name @param {string} detail @returns {Check} */
export function ok(name, detail) {
  return { name, state: 'ok', detail };
}

/** @param {string} name @param {string} detail @param {string} fix @returns {Check} */
export function warn(name, detail, fix) {
  return { name, state: 'warn', detail, fix };
}

/** @param {string} name @param {string} detail @param {string} fix @returns {Check} */
export function fail(name, detail, fix) {
  return { name, state: 'fail', detail, fix };
}
