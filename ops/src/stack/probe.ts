import { connect } from 'node:net';
import type { RecordedProcess } from './status.ts';

const WITHIN_MS = 1_000;

/** Whether a process answers as one that does its work. Never throws: no answer is an answer here. */
export async function isAnswering(process: Pick<RecordedProcess, 'name' | 'kind' | 'url' | 'port'>): Promise<boolean> {
  if (process.kind === 'service') {
    const base = process.url ?? (process.port ? `http://127.0.0.1:${process.port}` : undefined);
    return base ? isReadyOverHttp(base) : false;
  }
  if (!process.port) return false;
  // Both servers greet without a password: Postgres tells whether it speaks TLS, Redis answers or wants a login.
  return process.name === 'postgres'
    ? greets(process.port, Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), /^[SN]/)
    : greets(process.port, Buffer.from('PING\r\n'), /^(\+PONG|-NOAUTH)/);
}

async function isReadyOverHttp(base: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/health/ready', base), { signal: AbortSignal.timeout(WITHIN_MS) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    // Refused, reset or too slow: all of them mean "not ready", and the reason is in the service's log.
    return false;
  }
}

function greets(port: number, greeting: Buffer, expected: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(WITHIN_MS, () => end(false));
    socket.once('connect', () => socket.write(greeting));
    socket.once('data', (data) => end(expected.test(data.toString('latin1'))));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
