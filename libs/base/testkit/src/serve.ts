import { startSharedServers } from './shared-servers.ts';

/** Starts the servers of a test run, prints their addresses as one JSON line, and ends them when standard input closes. */
const { addresses, end } = await startSharedServers();
process.stdout.write(`${JSON.stringify(addresses)}\n`);
process.stdin.resume();
process.stdin.once('end', () => {
  void end().then(() => process.exit(0));
});
