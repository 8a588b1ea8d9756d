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
  return error instanceof Error ? error.message : String(error);
}

/** @param {unknown} error @returns {string | undefined} the errno name, e.g. `ENOENT` */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
