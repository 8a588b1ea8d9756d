import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:http';
import { z } from 'zod';
import { processSpec } from '../process-spec.ts';
import type { Collection } from './collection.ts';
import { note } from './log.ts';

/** What a request may do besides looking after processes. */
export interface Controls {
  /** Identifies the code that runs, so that a newer one can replace it. */
  readonly code: string;
  /** Ends this supervisor; the processes are already stopped or left to the next one. */
  readonly quit: () => void;
}

type Reply = { status: number; body: unknown };

const LOG_LINES = 20;
const milliseconds = z.coerce.number().int().min(0).max(600_000);
const query = z.object({ waitMs: milliseconds.default(30_000), graceMs: milliseconds.optional() });

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/** Waits for a process and answers with its status, and with the last lines of its log when it isn't ready. */
async function settle(processes: Collection, instance: string, waitMs: number): Promise<Reply> {
  const supervised = processes.named(instance);
  if (!supervised) return { status: 404, body: { error: `no process is named "${instance}"` } };
  const state = await supervised.settled(waitMs);
  const status = supervised.status();
  if (state === 'ready') return { status: 200, body: status };
  return { status: 504, body: { ...status, log: processes.log(instance, LOG_LINES) } };
}

async function changeProcess(processes: Collection, request: IncomingMessage, url: URL): Promise<Reply> {
  const [, , instance = '', action = ''] = url.pathname.split('/');
  const { waitMs, graceMs } = query.parse(Object.fromEntries(url.searchParams));
  const supervised = processes.named(instance);
  switch (`${request.method} ${action}`) {
    case 'GET ':
      return supervised
        ? { status: 200, body: supervised.status() }
        : { status: 404, body: { error: `no process is named "${instance}"` } };
    case 'PUT ':
      await processes.ensure(processSpec.parse(await bodyOf(request)));
      return settle(processes, instance, waitMs);
    case 'DELETE ':
      await processes.remove(instance);
      return { status: 200, body: {} };
    case 'POST restart':
      await supervised?.stop(graceMs);
      supervised?.start();
      return settle(processes, instance, waitMs);
    case 'POST start':
      supervised?.start();
      return settle(processes, instance, waitMs);
    case 'POST stop':
      await supervised?.stop();
      return { status: supervised ? 200 : 404, body: supervised?.status() ?? {} };
    default:
      return { status: 405, body: { error: `${request.method} ${url.pathname} is not part of this API` } };
  }
}

async function answer(processes: Collection, controls: Controls, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://supervisor');
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /health':
      return { status: 200, body: { pid: process.pid, code: controls.code } };
    case 'GET /processes':
      return { status: 200, body: processes.list() };
    case 'POST /shutdown':
      await processes.stopAll();
      setImmediate(controls.quit);
      return { status: 200, body: {} };
    case 'POST /handover':
      processes.abandonAll();
      setImmediate(controls.quit);
      return { status: 200, body: {} };
    default: {
      if (!url.pathname.startsWith('/processes/')) return { status: 404, body: { error: `no ${url.pathname} here` } };
      const reply = await changeProcess(processes, request, url);
      if (request.method === 'DELETE' && processes.isEmpty) setTimeout(() => processes.isEmpty && controls.quit(), 500);
      return reply;
    }
  }
}

/** The API of the supervisor; targets/local/README.md describes it. */
export function createApi(processes: Collection, controls: Controls): Server {
  return createServer((request, response: ServerResponse) => {
    answer(processes, controls, request)
      .catch((error: Error): Reply => {
        // Messages of zod name properties and what is allowed, never values.
        note('request failed', { method: request.method, path: request.url, error: error.message });
        return {
          status: error instanceof z.ZodError || error instanceof SyntaxError ? 400 : 500,
          body: { error: error.message },
        };
      })
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
        response.end(JSON.stringify(body));
      })
      .catch((error: Error) => note('answer failed', { error: error.message }));
  });
}
