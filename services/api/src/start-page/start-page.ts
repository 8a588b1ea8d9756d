import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { api } from '@keelson/catalogue';
import type { ConfigOf } from '@keelson/runtime';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

type Config = Pick<ConfigOf<typeof api>, 'KEELSON_ENVIRONMENT' | 'STREAM_URL'>;

const FOLDER = path.join('services', 'api', 'public');
/** Nothing else in the folder is given away. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

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
export function serveStartPage(app: NestFastifyApplication, config: Config): void {
  const headers = { 'cache-control': 'no-cache', 'content-security-policy': pagePolicy(config) };
  const fastify = app.getHttpAdapter().getInstance();
  const folder = publicFolder();
  for (const name of readdirSync(folder)) {
    const type = CONTENT_TYPES[path.extname(name)];
    if (type === undefined) continue;
    fastify.get(name === 'index.html' ? '/' : `/${name}`, async (request, reply) => {
      const content = await readFile(path.join(folder, name));
      const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
      void reply.headers({ ...headers, etag });
      if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
      return reply.type(type).send(content);
    });
  }
}
