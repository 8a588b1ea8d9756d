export { LoopbackBroker } from './adapters/loopback/loopback.ts';
export { PaperBroker } from './adapters/paper/client.ts';
export type { PaperSettings } from './adapters/paper/config.ts';
export type {
  Broker,
  BrokerReport,
  CancelAllOutcome,
  CancelOutcome,
  FindOutcome,
  OrderRequest,
  PositionsOutcome,
  ReplaceOutcome,
  ReplaceRequest,
  Snapshot,
  SubmitOutcome,
  VenueBalance,
  VenueExecution,
  VenueOrder,
  VenuePosition,
} from './broker.port.ts';
export type { BrokerCapabilities } from './capabilities.ts';
export type { BrokerErrorCode } from './errors.ts';
export { Listener } from './listen.ts';
export type { ListenerParts } from './listen.ts';
export { Router } from './route.ts';
export type { RouterParts } from './route.ts';
