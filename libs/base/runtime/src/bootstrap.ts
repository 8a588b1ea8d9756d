import 'reflect-metadata';
import type { ServiceSpec } from '@keelson/catalogue';
import { type DynamicModule, Module, StandardSchemaValidationPipe, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
// Not from the index: that loads everything for file uploads as well.
import { FastifyAdapter } from '@nestjs/platform-fastify/adapters/fastify-adapter.js';
import type { Logger } from 'pino';
import { type ConfigOf } from './config.ts';
import { drain } from './drain.ts';
import { corsPolicy } from './headers.ts';
import { addOperationsRoutes } from './health.routes.ts';
import { NestLogger } from './logger.ts';
import { HttpProblem } from './problem.ts';
import { ProblemFilter } from './problem.filter.ts';
import { addRequestHooks, RequestLog, requestIdOf } from './request-hooks.ts';
import { RuntimeModule, type RuntimeParts, runtimeParts } from './runtime.module.ts';
import { noSchemaCompilers } from './schema-compilers.ts';
import { refuseToStart } from './start-failure.ts';

type RootModule = Type | DynamicModule;

/** What a service's root module is made from. */
export type ModuleParts<Spec extends ServiceSpec> = Omit<RuntimeParts, 'config'> & { readonly config: ConfigOf<Spec> };

type RootModuleMaker<Spec extends ServiceSpec> = (parts: ModuleParts<Spec>) => RootModule | Promise<RootModule>;

/** Only arrow functions lack a prototype: a class is the module itself. */
function isMaker<Spec extends ServiceSpec>(
  module: RootModule | RootModuleMaker<Spec>,
): module is RootModuleMaker<Spec> {
  return typeof module === 'function' && !('prototype' in module);
}

/** What hooks of a service are given. */
export interface Started<Spec extends ServiceSpec> {
  readonly app: NestFastifyApplication;
  readonly config: ConfigOf<Spec>;
  readonly logger: Logger;
}

export interface BootstrapOptions<Spec extends ServiceSpec> {
  readonly service: Spec;
  /**
   * The service's root module; RuntimeModule is global beside it. An arrow function gets the checked configuration, for
   * modules that are registered with it (`PersistenceModule.forService(config, 'api')`).
   */
  readonly module: RootModule | RootModuleMaker<Spec>;
  /** Runs after wiring, before the port opens: body parsers, warm-up, WebSocket servers on `app.getHttpServer()`. */
  readonly beforeListen?: (started: Started<Spec>) => Promise<void> | void;
  /**
   * The service's own work, begun beside the opening of the port. What has to be through before the service is ready says so
   * in a health check: until then the open port answers that it is not.
   */
  readonly start?: (started: Started<Spec>) => Promise<void>;
  /** Runs on SIGTERM after the port closed, beside the requests in flight; bounded by the catalogue's `drainWithin`. */
  readonly onDrain?: (started: Started<Spec>) => Promise<void>;
  /** Largest accepted body; larger ones are answered 413. */
  readonly bodyLimitBytes?: number;
  /** Lines of request log a second for quick requests; see RequestLog. */
  readonly requestLogsPerSecond?: number;
}

const BODY_LIMIT_BYTES = 256 * 1024;
const REQUEST_LOGS_PER_SECOND = 20;

/** Runs a service until it is told to stop. Never rejects: a failed start is reported on stderr and ends the process. */
export async function bootstrap<Spec extends ServiceSpec>(options: BootstrapOptions<Spec>): Promise<void> {
  try {
    const parts = runtimeParts(options.service, process.env);
    const app = await createApp(options, parts);
    const started = { app, config: parts.config as ConfigOf<Spec>, logger: parts.logger };
    stopOnSignal(options, parts, started);
    await options.beforeListen?.(started);
    const listening = app.listen({ port: parts.config['PORT'] as number, host: parts.config['HOST'] as string });
    await Promise.all([listening, options.start?.(started)]);
    parts.logger.info({ url: await app.getUrl(), start_ms: Math.round(performance.now()) }, 'Listening');
  } catch (error) {
    refuseToStart(options.service.name, error);
  }
}

/** The wired application with everything but an open port; for tests and bootstrap(). */
async function createApp<Spec extends ServiceSpec>(
  { service, module, ...options }: BootstrapOptions<Spec>,
  parts: RuntimeParts,
): Promise<NestFastifyApplication> {
  const environment = String(parts.config['KEELSON_ENVIRONMENT']);
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: options.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    genReqId: requestIdOf,
    requestIdHeader: false,
    schemaController: noSchemaCompilers,
    // In a cloud one edge stands before us and names the caller; on a machine nobody may.
    trustProxy: environment === 'local' ? false : (_address: string, hop: number) => hop === 0,
    forceCloseConnections: 'idle',
  });
  const fastify = adapter.getInstance();
  const requestLog = new RequestLog(parts.logger, options.requestLogsPerSecond ?? REQUEST_LOGS_PER_SECOND);
  addRequestHooks(fastify, { ...parts, requestLog });
  addOperationsRoutes(fastify, { ...parts, version: String(parts.config['KEELSON_VERSION']) });

  const root = isMaker(module) ? await module(parts as unknown as ModuleParts<Spec>) : module;
  class ServiceRoot {}
  Module({ imports: [RuntimeModule.forService(service, parts), root] })(ServiceRoot);
  const app = await NestFactory.create<NestFastifyApplication>(ServiceRoot, adapter, {
    logger: new NestLogger(parts.logger),
    abortOnError: false,
  });
  app.setGlobalPrefix('api/v1', { exclude: ['/'] });
  app.useGlobalFilters(new ProblemFilter(parts.logger));
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: validationProblem }));
  if (service.exposure === 'public') app.enableCors(corsPolicy(environment, parts.config['CORS_ORIGINS'] as string));
  return app;
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A failed schema as the details of INF-FR-003: dotted field and what it must be. */
function validationProblem(issues: readonly Issue[]): HttpProblem {
  const details = issues.slice(0, 50).map(({ path, message }) => ({
    field: (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message,
  }));
  return new HttpProblem('VALIDATION_ERROR', 'The request has fields that are not valid', details);
}

function stopOnSignal<Spec extends ServiceSpec>(
  { service, onDrain }: BootstrapOptions<Spec>,
  { health, logger }: RuntimeParts,
  started: Started<Spec>,
): void {
  const stop = (signal: NodeJS.Signals) => {
    // The second signal means: now.
    if (health.stopping) process.exit(1);
    logger.info({ signal }, 'Draining');
    const { app } = started;
    void drain({
      health,
      logger,
      server: app.getHttpServer(),
      onDrain: onDrain && (() => onDrain(started)),
      close: () => app.close(),
      within: service.drainWithin,
    }).then((code) => process.exit(code));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const crash = (error: unknown) => {
    // State is unknown after this; a fresh process recovers it from Postgres.
    logger.fatal({ error }, 'Unhandled error; the process ends');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}
