import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Pace } from '../../src/providers/vendor/pace.ts';
import type { Faults, FaultSpec } from './faults.ts';
import type { Journal } from './journal.ts';

export interface EmulatedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON; undefined when there was no body. */
  readonly body: unknown;
}

export interface EmulatedAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One vendor as this machine plays it. State lives in the object; nothing of it is Pulumi's. */
export interface EmulatedVendor {
  readonly name: string;
  /** What a request would do, before it does it: for the journal and for faults. */
  classify(request: EmulatedRequest): { readonly operation: string; readonly mutating: boolean };
  answer(request: EmulatedRequest): Promise<EmulatedAnswer>;
  /** The vendor's form of an error, for faults. */
  failure(status: number, message: string): EmulatedAnswer;
}

export interface EmulatorParts {
  readonly vendor: EmulatedVendor;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly pace: Pace;
}

/** Longer than any client of ours waits for an answer would make rehearsals slow: cut instead, which looks the same. */
const SLOW = '20 seconds';

/** Serves a vendor on a port of this machine, keeps its journal, and disturbs calls as ordered. */
export class HttpEmulator {
  readonly #parts: EmulatorParts;
  readonly #server: Server;

  private constructor(parts: EmulatorParts) {
    this.#parts = parts;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.writeHead(500, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ message: `the emulator failed: ${String(error)}` }));
      });
    });
  }

  static async start(parts: EmulatorParts): Promise<HttpEmulator> {
    const emulator = new HttpEmulator(parts);
    await new Promise<void>((resolve) => emulator.#server.listen(0, '127.0.0.1', resolve));
    return emulator;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { vendor, faults, journal, pace } = this.#parts;
    const request = await read(incoming);
    const call = { vendor: vendor.name, ...vendor.classify(request) };
    const fault = faults.meet({ ...call, subject: subjectOf(request) });
    const happens = fault?.moment !== 'before' || fault.kind === 'slow';
    if (fault?.kind === 'slow') await pace.sleep(SLOW);
    const answer = happens ? await vendor.answer(request) : undefined;
    const said = fault && fault.kind !== 'slow' ? disturbed(vendor, fault) : answer!;
    journal.add({
      at: pace.now(),
      ...call,
      effective: call.mutating && answer !== undefined && answer.status < 400,
      status: said === 'cut' ? 0 : said.status,
      ...(fault && { fault: `${fault.kind} ${fault.moment}` }),
    });
    if (fault && (await faults.strike(vendor.name, fault.kind))) {
      // A plugin whose engine was killed is about to end too, and must not take this for an answer that got lost.
      await closed(incoming.socket);
      return;
    }
    if (said === 'cut') {
      incoming.socket.destroy();
      return;
    }
    const type = said.body === undefined ? {} : { 'content-type': 'application/json' };
    response.writeHead(said.status, { ...type, ...said.headers });
    response.end(said.body === undefined ? '' : JSON.stringify(said.body));
  }
}

/** What the caller gets instead of the answer; a time-out and a reset look the same to it: no answer. */
function disturbed(vendor: EmulatedVendor, fault: FaultSpec): EmulatedAnswer | 'cut' {
  switch (fault.kind) {
    case 'timeout':
    case 'reset':
    case 'slow':
    case 'kill':
    case 'kill-engine':
      return 'cut';
    case '429': {
      const answer = vendor.failure(429, 'Too many requests');
      return { ...answer, headers: { ...answer.headers, 'retry-after': String(fault.retryAfter) } };
    }
    default:
      return vendor.failure(Number(fault.kind), `injected ${fault.kind}`);
  }
}

/** The same for the same request, whenever it is sent. A hash: bodies hold secrets. */
function subjectOf({ path, body }: EmulatedRequest): string {
  return createHash('sha256')
    .update(`${path} ${JSON.stringify(body)}`)
    .digest('hex');
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close');
}

async function read(incoming: IncomingMessage): Promise<EmulatedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(incoming.url ?? '/', 'http://emulator');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
