import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { flow } from '@keelson/contracts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Every Markdown page that git knows or would add. */
function pages(): readonly string[] {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  const found = listed.stdout.split('\n').filter((file) => file !== '' && existsSync(path.join(root, file)));
  if (found.length === 0) throw new Error(`git lists no Markdown page: ${listed.stderr}`);
  return found;
}

/** Targets of a page's links that name a file of this repository. */
function links(page: string): readonly string[] {
  const prose = read(page).replace(/```[\s\S]*?```/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!.split('#')[0]!);
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

describe('pages', () => {
  it.each(pages())('%s links to files that exist', (page) => {
    const dead = links(page).filter((target) => !existsSync(path.resolve(root, path.dirname(page), target)));
    expect(dead).toEqual([]);
  });

  it.each(pages().filter((page) => /^libs\/\w+\/\w+\/README\.md$/.test(page)))('%s says what a library is', (page) => {
    const asked = ['## Purpose', '## Entry points', '## Invariants', '## Runbooks'];
    const headings = read(page).match(/^## .*$/gm) ?? [];
    expect(headings.filter((heading) => asked.includes(heading))).toEqual(asked);
  });

  it('keeps README.md under 150 lines, with the two commands', () => {
    const text = read('README.md');
    expect(text.split('\n').length).toBeLessThan(150);
    expect(text).toContain('npm start');
    expect(text).toContain('npm test');
  });

  it.each(pages().filter((page) => /^(libs|services)\/.*README\.md$/.test(page)))('%s has at most 60 lines', (page) => {
    expect(read(page).trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });
});

describe('decisions', () => {
  const decisions = readdirSync(path.join(root, 'docs/decisions'));

  it.each(decisions)('%s has context, decision and consequences on one page', (file) => {
    const text = read(`docs/decisions/${file}`);
    expect(text.match(/^## .*$/gm)).toEqual(['## Context', '## Decision', '## Consequences']);
    expect(text.split('\n').length).toBeLessThanOrEqual(60);
  });

  it('are numbered without a hole and all in the index', () => {
    const numbers = decisions.map((file) => Number(file.slice(0, 4)));
    expect(numbers).toEqual(decisions.map((_, index) => index + 1));
    const index = read('docs/README.md');
    expect(decisions.filter((file) => !index.includes(`decisions/${file}`))).toEqual([]);
  });
});

describe('the flow table', () => {
  it('names source files that exist', () => {
    expect(flow.filter(({ source }) => !existsSync(path.join(root, source))).map(({ source }) => source)).toEqual([]);
  });
});
