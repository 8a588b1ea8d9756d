import { readFileSync } from 'node:fs';
import { checkCommitMessage } from './checks/commit-message.ts';

/** `node ops/src/commit-message.ts <file>`: the commit-msg hook; exits with 1 and the fix when the message is not in form. */
const [file] = process.argv.slice(2);
if (!file) throw new Error('Name the file that holds the commit message, as git passes it to the hook');
const problem = checkCommitMessage(readFileSync(file, 'utf8'));
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
