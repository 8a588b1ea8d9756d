import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext } from './context.mjs';
import { handOver } from './hand-over.mjs';

/**
 * `keelson halt` with the Node and the dependencies that the last command left here. An emergency brake looks for no
 * set-up and waits for no lock of one: whether all is up to date can be asked when nothing trades any more.
 *
 * @param {string[]} args the words after `keelson`
 * @returns {Promise<number | undefined>} exit code; undefined when something is missing, which set-up then brings
 */
export async function pullBrake(args) {
  if (args[0] !== 'halt') return undefined;
  const context = createContext(process.env);
  const node = recordedNode(context);
  if (node === undefined || !existsSync(join(context.repository, 'node_modules', 'pg'))) return undefined;
  const main = join(context.repository, 'ops', 'src', 'main.ts');
  return handOver(context, node, [main, ...args], { compileCache: true });
}

/** @param {import('./context.mjs').Context} context @returns {string | undefined} */
function recordedNode({ state }) {
  try {
    const { node } = JSON.parse(readFileSync(join(state, 'toolchain.json'), 'utf8'));
    accessSync(node, constants.X_OK);
    return node;
  } catch {
    // Never set up, or what was recorded is gone.
    return undefined;
  }
}
