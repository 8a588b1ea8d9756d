export { apply } from './apply.ts';
export { originate } from './originate.ts';
export type { Originated, Origin, Wanted } from './originate.ts';
export { place } from './place.ts';
export { orderEntity } from './orders.entity.ts';
export { requestCancel, requestReplace } from './request.ts';
export type { RefusalCode, ReplaceWish, Requested } from './request.ts';
export type { OrderRow } from './orders.entity.ts';
