import { setTimeout as sleep } from 'node:timers/promises';

const PORT = 9229;
const PATIENCE_MS = 10_000;

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/**
 * Profiles a running Node process as it is: SIGUSR1 opens its inspector, which is closed again afterwards, as its port
 * serves one process at a time. Milliseconds of CPU by what ran: our library or service, a package, a part of Node.
 */
export async function profileOf(pid: number, seconds: number): Promise<ReadonlyMap<string, number>> {
  process.kill(pid, 'SIGUSR1');
  const session = await Session.open();
  try {
    await session.ask('Profiler.enable');
    await session.ask('Profiler.start');
    await sleep(seconds * 1_000);
    const { profile } = (await session.ask('Profiler.stop')) as { profile: CpuProfile };
    return byOrigin(profile);
  } finally {
    // The answer may not come any more: closing ends our connection too.
    void session.ask('Runtime.evaluate', { expression: `process.getBuiltinModule('node:inspector').close()` });
    await session.closed();
  }
}

function byOrigin({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<string, number> {
  const origins = new Map(nodes.map(({ id, callFrame }) => [id, originOf(callFrame)]));
  const found = new Map<string, number>();
  samples.forEach((id, index) => {
    const origin = origins.get(id)!;
    if (origin !== 'idle') found.set(origin, (found.get(origin) ?? 0) + timeDeltas[index]! / 1_000);
  });
  return found;
}

/** Our own code is found by its source map's path where there is one, and else by its bundle. */
function originOf({ functionName, url }: CallFrame): string {
  if (functionName === '(idle)') return 'idle';
  if (url === '') return functionName.replace(/[()]/g, '') || 'native';
  const path = /node_modules\/((?:@[^/]+\/)?[^/]+)|((?:libs|services)\/[^/]+(?:\/(?!src)[^/]+)?)|^(node:[a-z_]+)/.exec(
    url,
  );
  return path?.slice(1).find((part) => part !== undefined) ?? 'other';
}

/** One connection to an inspector. */
class Session {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  readonly #closed: Promise<void>;
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.addEventListener('close', () => resolve()));
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
      if (id !== undefined) this.#waiting.get(id)?.(result);
    });
  }

  static async open(): Promise<Session> {
    for (const end = Date.now() + PATIENCE_MS; ; await sleep(50)) {
      const answer = await fetch(`http://127.0.0.1:${PORT}/json/list`).catch(() => undefined);
      const [target] = answer ? ((await answer.json()) as { webSocketDebuggerUrl: string }[]) : [];
      if (target) {
        const socket = new WebSocket(target.webSocketDebuggerUrl);
        const session = new Session(socket);
        await new Promise((resolve) => socket.addEventListener('open', resolve));
        return session;
      }
      if (Date.now() > end) throw new Error(`no inspector answers on port ${PORT}`);
    }
  }

  ask(method: string, params: object = {}): Promise<unknown> {
    const id = (this.#last += 1);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  async closed(): Promise<void> {
    await Promise.race([this.#closed, sleep(PATIENCE_MS)]);
    this.#socket.close();
  }
}
