/** A failure that says what to do about it. `fix` is a command, or a sentence when no command can help. */
export class SetupError extends Error {
  /** @param {string} cause @param {string} fix @param {{ logFile?: string }} [details] */
  constructor(cause, fix, details = {}) {
    super(cause);
    this.name = 'SetupError';
    this.fix = fix;
    /** The whole output of the step that failed. @type {string | undefined} */
    this.logFile = details.logFile;
  }
}

/** @param {unknown} error @returns {string} */
export function messageOf(error) {
  return hasField(error, 'message') ? String(error.message) : String(error);
}

/** @param {unknown} error @returns {string | undefined} the errno name, e.g. `ENOENT` */
export function codeOf(error) {
  return hasField(error, 'code') ? String(error.code) : undefined;
}

/**
 * By shape and not by class: in a test runner the file system's errors come from another realm.
 *
 * @template {string} Name
 * @param {unknown} error @param {Name} name @returns {error is Record<Name, unknown>}
 */
function hasField(error, name) {
  return typeof error === 'object' && error !== null && name in error;
}
