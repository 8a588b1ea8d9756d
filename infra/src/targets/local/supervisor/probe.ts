import { request } from 'node:http';
import { connect } from 'node:net';
import type { ReadyProbe } from '../process-spec.ts';

/** A probe's question may take this long; a process that is busy starting answers late, and is asked again. */
const ANSWER_WITHIN_MS = 2_000;

/** Sends bytes to a local port and hands the first answer to `judge`; false on any error, which is what "not ready" looks like. */
function ask(port: number, question: Buffer | undefined, judge: (answer: string) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('connect', () => (question ? socket.write(question) : finish(true)));
    socket.once('data', (answer) => finish(judge(answer.toString('latin1'))));
  });
}

function httpOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const question = request(url, { timeout: ANSWER_WITHIN_MS, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    question.once('timeout', () => question.destroy());
    question.once('error', () => resolve(false));
    question.end();
  });
}

/** A start-up packet: an accepting server asks for the password (`R`), one that still recovers answers an error (`E`). */
function postgresStartup(user: string, database: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const header = Buffer.alloc(8);
  header.writeInt32BE(parameters.length + 8, 0);
  header.writeInt32BE(196_608, 4);
  return Buffer.concat([header, parameters]);
}

/** Asks a process once whether it is ready. Never rejects. */
export function isReady(probe: ReadyProbe): Promise<boolean> {
  switch (probe.kind) {
    case 'http':
      return httpOk(probe.url);
    case 'tcp':
      return ask(probe.port, undefined, () => true);
    case 'postgres':
      return ask(probe.port, postgresStartup(probe.user, probe.database), (answer) => answer.startsWith('R'));
    case 'redis': {
      // In one write, so that one answer tells both: "+OK" for the password, "-LOADING" for the ping while it reads its file.
      const login = probe.password === '' ? '' : `AUTH ${probe.password}\r\n`;
      const question = Buffer.from(`${login}PING\r\n`);
      return ask(probe.port, question, (answer) => answer.includes('+PONG'));
    }
  }
}
