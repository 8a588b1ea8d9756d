export { AlpacaBroker } from './adapters/alpaca/client.ts';
export type { AlpacaSettings } from './adapters/alpaca/config.ts';
export { LoopbackBroker } from './adapters/loopback/loopback.ts';
export { SimulatedBroker } from './adapters/simulated/simulated.ts';
export type { SimulatedMarket } from './adapters/simulated/simulated.ts';
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
export { Canceller } from './cancel.ts';
export { BREAKER, CircuitBreaker } from './circuit.ts';
export type { BreakerSettings, CircuitChange } from './circuit.ts';
export { Listener } from './listen.ts';
export type { ListenerParts } from './listen.ts';
export type { Quarantined } from './quarantine.ts';
export { QueryGate } from './query-gate.ts';
export { RecordedEvents } from './recorded-events.ts';
export { Replacer } from './replace.ts';
export { Router } from './route.ts';
export { messageOf as reportMessage } from './venue-step.ts';
export type { VenueStepParts } from './venue-step.ts';
export { closeCircuit, openCircuits, releaseWaiting } from './circuit.store.ts';
export type { OpenCircuit } from './circuit.store.ts';
export { countQuarantined, settleQuarantined } from './listen.store.ts';
