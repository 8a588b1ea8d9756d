export { FlowRunner } from './flow-runner.ts';
export type { FlowRunnerOptions, Run } from './flow-runner.ts';
export { Lease } from './lease.ts';
export type { HeldLease } from './lease.ts';
export { claimMessage, deleteMessage, outboxDepth } from './outbox.store.ts';
export { Owner } from './owner.ts';
export type { Probe, StepHandler, StepWork, WakeUp } from './step.ts';
export { Sweeper } from './sweeper.ts';
export { WakeUpQueue, WakeUpWorker } from './wake-up.ts';
