export { Pipeline } from './pipeline.ts';
export type { PipelineParts, PipelineSettings } from './pipeline.ts';
export { probeFrom } from './step-delay.ts';
export { permitted, VenueSide } from './venue-side.ts';
export type { VenueNews, VenueSettings } from './venue-side.ts';
