/** pg ships no typings for the function that turns JavaScript values into what the protocol carries. */
declare module 'pg/lib/utils.js' {
  export function prepareValue(value: unknown): unknown;
}
