import type { LoggerService } from '@nestjs/common';
import { destination, type DestinationStream, type Logger, pino } from 'pino';
import { scrub } from './scrub.ts';

/** Level names of INF-FR-018. */
const LEVEL_NAMES: Readonly<Record<string, string>> = { warn: 'WARNING', fatal: 'CRITICAL' };

export interface LoggerSettings {
  /** Name of the service; lines carry `logger: "keelson.<service>"`. */
  readonly service: string;
  /** Name of the instance when several share a machine. */
  readonly instance?: string | undefined;
  readonly level: string;
  /** Where lines go; standard output when absent. */
  readonly stream?: DestinationStream;
}

/**
 * JSON lines on standard output, one object a line, with secrets removed from the finished line. Writes are synchronous:
 * a process that is killed has written what it said.
 */
export function createLogger({ service, instance, level, stream }: LoggerSettings): Logger {
  const out = stream ?? destination({ dest: 1, sync: true });
  return pino(
    {
      level,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: LEVEL_NAMES[label] ?? label.toUpperCase() }) },
      base: { logger: `keelson.${service}`, ...(instance ? { instance } : {}) },
    },
    { write: (line: string) => out.write(scrub(line)) },
  );
}

/** Contexts in which Nest tells what it wires; of interest only when wiring is. */
const WIRING = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Nest's own messages, on the process's logger. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    this.#write(WIRING.has(String(context)) ? 'debug' : 'info', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    // A start that fails is told once, by refuseToStart().
    this.#write(rest.at(-1) === 'ExceptionHandler' ? 'debug' : 'error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  #write(level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    if (message instanceof Error) this.#logger[level]({ context, error: message }, message.message);
    else this.#logger[level]({ context }, typeof message === 'string' ? message : JSON.stringify(message));
  }
}
