// First: it speeds up everything that is loaded after it.
import './compile-cache.ts';
export { bootstrap } from './bootstrap.ts';
export type { BootstrapOptions, ModuleParts, Started } from './bootstrap.ts';
export { ConfigError } from './config.ts';
export type { ConfigOf, ConfigProblem } from './config.ts';
export { HealthChecks, NotReady } from './health.ts';
export type { CheckFacts, HealthCheck, Readiness } from './health.ts';
export { Metrics } from './metrics.ts';
export { HttpProblem } from './problem.ts';
export { CONFIG, LOGGER } from './tokens.ts';
