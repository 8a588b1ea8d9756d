export { Pipeline } from './pipeline.ts';
export type { PipelineParts, PipelineSettings } from './pipeline.ts';
export { probeFrom } from './step-delay.ts';
