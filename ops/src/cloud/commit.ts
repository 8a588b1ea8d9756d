import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Context } from '../framework/context.ts';

/** The commit that is checked out, with "-changed" when files differ from it; "unknown" outside of git. */
export async function commitOf({ repository }: Context): Promise<string> {
  try {
    const words = ['describe', '--always', '--abbrev=40', '--exclude=*', '--dirty=-changed'];
    return (await promisify(execFile)('git', words, { cwd: repository })).stdout.trim();
  } catch {
    // A copy without git, e.g. in an image: there is no commit to name.
    return 'unknown';
  }
}
