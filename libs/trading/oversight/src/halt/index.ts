/**
 * What a `keelson halt` needs, and nothing that it does not: no watch, no reconciliation, no calendars. A brake that is
 * pulled from a shell is first of all a program that starts.
 */
export { requestHalt } from './block.ts';
export type { Halt } from './halt.ts';
export { readHalt } from './halts.store.ts';
export type { HaltParts } from './parts.ts';
export { HaltProcedure } from './procedure.ts';
