import type { ServiceSpec } from '@keelson/catalogue';
import { type DynamicModule, Module } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import type { Logger } from 'pino';
import { loadConfig } from './config.ts';
import { HealthChecks } from './health.ts';
import { createLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { CONFIG, LOGGER } from './tokens.ts';

/** What every process has. bootstrap() makes it; tests may. */
export interface RuntimeParts {
  readonly config: Readonly<Record<string, unknown>>;
  readonly logger: Logger;
  readonly health: HealthChecks;
  readonly metrics: Metrics;
}

/** Makes the parts from an environment. Throws ConfigError. */
export function runtimeParts(spec: ServiceSpec, env: NodeJS.ProcessEnv): RuntimeParts {
  const config = loadConfig(spec.env, env) as Readonly<Record<string, unknown>>;
  const logger = createLogger({
    service: spec.name,
    instance: config['KEELSON_INSTANCE'] as string | undefined,
    level: String(config['LOG_LEVEL'] ?? 'info'),
  });
  const health = new HealthChecks({
    onFailure: (name, error) => logger.warn({ check: name, error }, `Health check "${name}" fails`),
  });
  return { config, logger, health, metrics: new Metrics() };
}

/** Provides CONFIG, LOGGER, HealthChecks and Metrics to every module of a process. */
export class RuntimeModule {
  static forService(spec: ServiceSpec, parts: RuntimeParts = runtimeParts(spec, process.env)): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: parts.config },
      { provide: LOGGER, useValue: parts.logger },
      {
        provide: HealthChecks,
        useFactory: (service: HealthCheckService) => parts.health.runBy(service),
        inject: [HealthCheckService],
      },
      { provide: Metrics, useValue: parts.metrics },
    ];
    return {
      module: RuntimeModule,
      global: true,
      // HealthChecks tells of a failure once; Terminus would log it at every probe.
      imports: [TerminusModule.forRoot({ logger: false })],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
Module({})(RuntimeModule);
