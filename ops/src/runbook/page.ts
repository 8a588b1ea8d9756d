import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { type Cell, readCells } from './cell.ts';

/** What a page must have, in this order. */
export const headings = [
  'Meaning',
  'Impact',
  'First five minutes',
  'Diagnosis',
  'Mitigation',
  'Verify',
  'Escalate',
] as const;

/** A page beside the alert that opens it. */
export interface Page {
  /** The stem that page and alert share. */
  readonly name: string;
  readonly area: string;
  /** Below the repository's root. */
  readonly file: string;
  readonly text: string;
}

/** The folder that holds runbooks/: this clone, or KEELSON_RUNBOOKS_ROOT for pages that are being changed or drilled. */
export function pagesRoot({ environment, repository }: Pick<Context, 'environment' | 'repository'>): string {
  const root = environment['KEELSON_RUNBOOKS_ROOT'] ?? repository;
  if (existsSync(join(root, 'runbooks'))) return root;
  throw new Failure(`There is no folder runbooks in ${root}`, {
    code: exitCode.usage,
    fix: 'unset KEELSON_RUNBOOKS_ROOT, or let it name the folder above runbooks/',
  });
}

/** Every page: runbooks/<area>/<AlertName>.md. */
export function readPages(repository: string): Page[] {
  const root = join(repository, 'runbooks');
  const areas = readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory() && name !== 'node_modules');
  return areas.flatMap((area) =>
    readdirSync(join(root, area))
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .sort()
      .map((name) => {
        const path = join(root, area, name);
        return {
          name: basename(name, '.md'),
          area,
          file: relative(repository, path),
          text: readFileSync(path, 'utf8'),
        };
      }),
  );
}

/** The page of a name, without regard to case; throws with the names that exist. */
export function findPage(repository: string, name: string): Page {
  const pages = readPages(repository);
  const found = pages.find((page) => page.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  throw new Failure(`There is no runbook "${name}"`, {
    code: exitCode.usage,
    fix: pages.length === 0 ? 'add one below runbooks/' : `choose one of ${pages.map((page) => page.name).join(', ')}`,
  });
}

/** The text of a section, without its heading; empty when there is none. */
export function sectionOf(page: Pick<Page, 'text'>, heading: string): string {
  const [, after = ''] = page.text.split(new RegExp(`^## ${heading}\\s*$`, 'm'));
  return after.split(/^## /m)[0]?.trim() ?? '';
}

/** The first sentence of what the alert means. */
export function summaryOf(page: Page): string {
  return (
    sectionOf(page, 'Meaning')
      .split(/(?<=\.)\s/)[0]
      ?.replaceAll('\n', ' ') ?? ''
  );
}

export function cellsOf(page: Page): Cell[] {
  return readCells(page.text, page.file);
}
