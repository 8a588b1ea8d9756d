import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { codeHash } from '../code.ts';
import { foldersOf } from '../folders.ts';
import { createApi } from './api.ts';
import { Collection } from './collection.ts';
import { note } from './log.ts';

/**
 * The supervisor of one stack on this machine: owns its processes, restarts what dies, and listens on a socket that
 * only its user can reach. It is started by the provider and ends when the last process is deleted.
 */
const [stack, root] = process.argv.slice(2);
if (!stack || !root) throw new Error('usage: supervisor/main.ts <stack> <folder of the stack>');
const folders = foldersOf(stack, root);

function someoneListens(): Promise<boolean> {
  return new Promise((resolve) => {
    const question = request({ socketPath: folders.socket, path: '/health' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    question.once('error', () => resolve(false));
    question.end();
  });
}

if (await someoneListens()) {
  note('another supervisor looks after this stack');
  process.exit(0);
}
mkdirSync(folders.socketFolder, { recursive: true, mode: 0o700 });
chmodSync(folders.socketFolder, 0o700);
rmSync(folders.socket, { force: true });

const processes = new Collection(folders);
const quit = (): void => {
  note('supervisor ends');
  rmSync(folders.socketFolder, { recursive: true, force: true });
  process.exit(0);
};
createApi(processes, { code: codeHash(), quit }).listen(folders.socket, () =>
  note('supervisor listens', { socket: folders.socket }),
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    note('supervisor was asked to end', { signal });
    void processes.stopAll().then(quit);
  });
}
