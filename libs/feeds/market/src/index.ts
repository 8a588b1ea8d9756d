export type { Instrument } from './instrument.ts';
export { InstrumentDirectory } from './instrument-directory.ts';
export { listInstruments, resolveTicker } from './market.store.ts';
