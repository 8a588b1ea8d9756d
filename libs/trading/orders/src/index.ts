export { apply } from './apply.ts';
export { place } from './place.ts';
export { orderEntity } from './orders.entity.ts';
export type { OrderRow } from './orders.entity.ts';
