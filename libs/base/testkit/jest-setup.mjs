import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

// Jest hooks into how the modules of a set-up are loaded, and gets native TypeScript wrong: the servers have a process
// of their own, which ends when this one does.
const program = fileURLToPath(new URL('./src/serve.ts', import.meta.url));

/** Jest's global set-up: servers for the run, their addresses in the environment of every test file. */
export default async function globalSetup() {
  const servers = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const addresses = createInterface({ input: servers.stdout });
  const [line] = await Promise.race([
    once(addresses, 'line'),
    once(servers, 'exit').then(([code]) => {
      throw new Error(`The servers for the tests did not start (exit code ${code}); see above`);
    }),
  ]);
  Object.assign(process.env, JSON.parse(line));
  globalThis.keelsonTestServers = servers;
}

/** Jest's global tear-down. */
export async function teardown() {
  const servers = globalThis.keelsonTestServers;
  servers.stdin.end();
  await once(servers, 'exit');
}
