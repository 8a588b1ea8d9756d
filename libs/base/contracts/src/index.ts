export { decimal, instant, side, symbol } from './fields.ts';
export type { Side } from './fields.ts';
export { consumersOf, flow } from './flow.ts';
export type { Step, StepName } from './flow.ts';
export { errorBody, errorStatus } from './http/error.ts';
export type { ErrorBody, ErrorCode, ErrorDetail } from './http/error.ts';
export { webhookAccepted } from './http/webhook.ts';
export type { WebhookAccepted } from './http/webhook.ts';
export { limits } from './limits.ts';
export type { LimitName, LimitSpec } from './limits.ts';
export { messageSchemas } from './message.ts';
export type { Message, MessageType, Payload } from './message.ts';
export type {
  BrokerAccepted,
  BrokerBusted,
  BrokerCancelled,
  BrokerCancelRefused,
  BrokerCorrected,
  BrokerExpired,
  BrokerFilled,
  BrokerNotSent,
  BrokerRejected,
  BrokerReplaced,
  BrokerUnknown,
} from './messages/broker.ts';
export type { EntryPosted, Trade } from './messages/ledger.ts';
export { orderStatus } from './messages/order.ts';
export type {
  CancelOrder,
  OrderApproved,
  OrderChanged,
  OrderDenied,
  OrderFillBusted,
  OrderFilled,
  OrderStatus,
  ReplaceOrder,
  SignalOutcome,
  SubmitOrder,
} from './messages/order.ts';
export type { DriftEnded, DriftFound } from './messages/reconciliation.ts';
export type { SignalReceived } from './messages/signal.ts';
export { orderTerms, timeInForce } from './messages/terms.ts';
export type { Exits, OrderRole, OrderTerms, OrderType, SpreadLeg, TimeInForce } from './messages/terms.ts';
export { tradingState } from './messages/trading-state.ts';
export type { TradingState, TradingStateChanged } from './messages/trading-state.ts';
export { channel, clientFrame, eventFrame, FRAME_HINT_CHANNEL, STREAM_SUBPROTOCOL, terminalEvents } from './stream.ts';
export type {
  Channel,
  ClientFrame,
  EventFrame,
  FrameHint,
  ServerFrame,
  StreamEventName,
  TerminalEvent,
} from './stream.ts';
