import { execFileSync } from 'node:child_process';

/** Kills the plugin of a vendor that this engine has started; nothing of another engine. */
export function killPlugin(engine: number | undefined, vendor: string): void {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  for (const line of table.split('\n')) {
    const [, pid, parent, words = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (Number(parent) === engine && words.includes(`providers/${vendor}/main.ts`))
      process.kill(Number(pid), 'SIGKILL');
  }
}
