import { parseArgs } from 'node:util';
import { prod } from '../src/environments/prod.ts';
import { stacksOf } from '../src/environments/named.ts';
import { Stage, type EngineRun } from './stage.ts';

/**
 * `node infra/rehearsal/preview.ts [--runs N]`: brings prod up at the vendors of this machine, then previews both of its
 * stacks again and again, with every rule. Prints the seconds of each preview by stack; throws when one finds a change
 * or asks a vendor for one.
 */
async function previews(runs: number): Promise<Record<string, number[]>> {
  const stage = await Stage.open(prod);
  try {
    const stacks = stacksOf(prod);
    for (const stack of stacks) mustSucceed(`up of ${stack}`, await stage.run('up', stack));
    const before = stage.journal.entries.length;
    const seconds: Record<string, number[]> = Object.fromEntries(stacks.map((stack) => [stack, []]));
    for (let turn = 0; turn < runs; turn += 1) {
      for (const stack of stacks) {
        const run = await stage.run('preview', stack, '--expect-no-changes');
        mustSucceed(`preview of ${stack}`, run);
        seconds[stack]?.push(run.seconds);
      }
    }
    const asked = stage.journal.writesAfter(before);
    if (asked > 0) throw new Error(`the previews asked vendors for ${asked} changes`);
    return seconds;
  } finally {
    await stage.close();
  }
}

function mustSucceed(what: string, { code, text }: EngineRun): void {
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${text.split('\n').slice(-30).join('\n')}`);
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });
process.stdout.write(`${JSON.stringify(await previews(Number(values.runs)))}\n`);
