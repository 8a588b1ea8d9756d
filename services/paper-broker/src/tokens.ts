/** Injection token of the incarnation of the venue's log, the first part of every id that the venue gives. */
export const LOG_ID = Symbol('paper-broker.log-id');
