export { book } from './book.ts';
export { positionEntity } from './positions.entity.ts';
export type { PositionRow } from './positions.entity.ts';
export { restateAccount } from './restate.ts';
export { tradeEntity } from './trades.entity.ts';
export type { TradeRow } from './trades.entity.ts';
