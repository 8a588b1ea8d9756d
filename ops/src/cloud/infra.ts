import { join } from 'node:path';
import { toldFix } from '../engine/run-engine.ts';
import type { Context } from '../framework/context.ts';
import { Failure } from '../framework/failure.ts';
import { runNode, type NodeResult } from '../framework/run-node.ts';

/** Starts a script of infra as a process: the only way in which this tool reaches the engine. */
export function runInfra(
  context: Context,
  script: 'src/engine.ts' | 'rehearsal/rehearse.ts',
  words: readonly string[],
  onErrorLine?: (line: string) => void,
): Promise<NodeResult> {
  return runNode([join(context.repository, 'infra', script), ...words], {
    cwd: context.repository,
    environment: context.environment,
    signal: context.signal,
    ...(onErrorLine && { onErrorLine }),
  });
}

/** The image that a stack is set to. Throws a Failure with the command that sets it. */
export async function imageOf(context: Context, stack: string): Promise<string> {
  const result = await runInfra(context, 'src/engine.ts', ['pulumi', 'config', 'get', 'keelson:image', '-s', stack]);
  const image = result.stdout.trim().split('\n').at(-1) ?? '';
  if (result.code === 0 && image !== '') return image;
  if (/no stack named/.test(result.stderr)) {
    throw new Failure(`There is no stack ${stack} yet`, {
      fix: `follow docs/environments/${stack}.md from "Set-up" on`,
    });
  }
  if (result.code !== 0 && !/configuration key .* not found/.test(result.stderr)) {
    const fix = toldFix(result.stderr) ?? 'the last line is the reason; keelson doctor checks the tools';
    throw new Failure(`The image of ${stack} cannot be read:\n${result.stderr.trim()}`, { fix });
  }
  throw new Failure(`The stack ${stack} is set to no image`, {
    fix: `keelson image push <registry/name>, then npx pulumi config set keelson:image <what it printed> -s ${stack}`,
  });
}

/** Sets the image of a stack; the next `up` runs it. */
export async function setImage(context: Context, stack: string, image: string): Promise<void> {
  const words = ['pulumi', 'config', 'set', 'keelson:image', image, '-s', stack];
  const result = await runInfra(context, 'src/engine.ts', words);
  if (result.code === 0) return;
  throw new Failure(`The image of ${stack} could not be set: ${result.stderr}`, { fix: 'keelson doctor' });
}
