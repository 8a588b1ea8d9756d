/** Types of Conventional Commits that this repository uses. */
const types = ['feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'build', 'ci', 'chore', 'revert'];
const HEADER = new RegExp(`^(${types.join('|')})(\\([a-z0-9-]+\\))?!?: \\S`);
const LONGEST_HEADER = 100;

/** Commits that git itself words. */
const WORDED_BY_GIT = /^(Merge |Revert "|fixup! |squash! )/;

/** What is wrong with a commit message and how to mend it; undefined when nothing is. Comment lines don't count. */
export function checkCommitMessage(message: string): string | undefined {
  const lines = message.split('\n').filter((line) => !line.startsWith('#'));
  const header = lines[0] ?? '';
  const mend = 'Fix: git commit --amend (or commit again) with a header such as "feat(risk): deny expired signals".';
  if (WORDED_BY_GIT.test(header)) return undefined;
  if (!HEADER.test(header)) {
    return `"${header}" is no Conventional Commit: type(scope): what it does, with a type of ${types.join(', ')}.\n${mend}`;
  }
  if (header.length > LONGEST_HEADER) {
    return `The header has ${header.length} characters, at most ${LONGEST_HEADER}. The rest belongs into the body.\n${mend}`;
  }
  if ((lines[1] ?? '').trim() !== '') return `The second line must be empty, it parts header and body.\n${mend}`;
  return undefined;
}
