import { describe, expect, it } from '@jest/globals';
import { checkCommitMessage } from '../../src/checks/commit-message.ts';

describe('checkCommitMessage', () => {
  it.each([
    'feat(risk): deny signals past their expiry',
    'fix!: a breaking one',
    'docs: a page\n\nWhy it is there.\n# a comment of git\n',
    'Merge branch "main"',
    'Revert "feat: something"',
    'fixup! feat: something',
  ])('lets pass: %j', (message) => {
    expect(checkCommitMessage(message)).toBeUndefined();
  });

  it.each([
    ['update stuff', 'no Conventional Commit'],
    ['feature: a wrong type', 'no Conventional Commit'],
    ['feat(Risk): a scope in capitals', 'no Conventional Commit'],
    ['feat:no space', 'no Conventional Commit'],
    ['', 'no Conventional Commit'],
    [`feat: ${'a'.repeat(100)}`, '106 characters, at most 100'],
    ['feat: a header\nand no empty line', 'second line must be empty'],
  ])('refuses %j and says the fix', (message, problem) => {
    const found = checkCommitMessage(message);
    expect(found).toContain(problem);
    expect(found).toContain('Fix: ');
  });
});
