import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { api } from '@keelson/catalogue';
import type { ConfigOf } from '@keelson/runtime';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

type Config = Pick<ConfigOf<typeof api>, 'KEELSON_ENVIRONMENT' | 'STREAM_URL'>;

const FOLDER = path.join('services', 'api', 'public');

/** The folder of the page, above this file: it lies elsewhere beside the built code than beside the source. */
function publicFolder(): string {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const candidate = path.join(folder, FOLDER);
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(`The start page is not there: no folder above ${import.meta.dirname} has ${FOLDER}`);
}

/**
 * Scripts, styles and pictures come from this service only. The page may speak to this service and to the stream: on a
 * developer's machine wherever it runs, elsewhere at its one address.
 */
export function pagePolicy({ KEELSON_ENVIRONMENT, STREAM_URL }: Config): string {
  const anywhere = KEELSON_ENVIRONMENT === 'local' || STREAM_URL === undefined;
  const stream = anywhere ? 'ws: wss:' : new URL(STREAM_URL).origin;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${stream}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Serves the start page at `/`. Its files have no hash in their names, so browsers ask each time, and get a 304. */
export async function serveStartPage(app: NestFastifyApplication, config: Config): Promise<void> {
  const policy = pagePolicy(config);
  await app.register(fastifyStatic as never, {
    root: publicFolder(),
    prefix: '/',
    wildcard: false,
    cacheControl: false,
    dotfiles: 'deny',
    setHeaders: (reply: { header(name: string, value: string): unknown }) => {
      reply.header('cache-control', 'no-cache');
      reply.header('content-security-policy', policy);
    },
  });
}
