/** What is common to the four processes: what they are told when they start, and what they tell when they are ready. */
export const QUEUE = 'bare';
/** Where the worker tells the gateway of which team there is an event to read. */
export const HINTS = 'bare:events';

export interface Addresses {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Of the broker simulator. */
  readonly brokerUrl: string;
}

export function addresses(): Addresses {
  return JSON.parse(process.env['BARE_ADDRESSES'] ?? '{}') as Addresses;
}

/** Tells the parent that work may come, and at which port; ends with the parent. */
export function ready(port = 0): void {
  process.once('disconnect', () => process.exit());
  process.send?.({ port });
}
