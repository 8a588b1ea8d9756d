export { apply } from './apply.ts';
export { place } from './place.ts';
