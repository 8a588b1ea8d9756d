import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { metrics } from '@keelson/catalogue';
import { z } from 'zod';
import type { Command } from '../framework/command.ts';
import { messageOf } from '../framework/failure.ts';
import { parseLine } from '../framework/parser.ts';
import { type Cell, inputTypes, readCells } from './cell.ts';
import { headings, type Page, readPages, sectionOf } from './page.ts';
import { keelsonCommands } from './shell-words.ts';

export interface Problem {
  readonly file: string;
  readonly problem: string;
}

const LONGEST_PAGE = 60;
const PLACEHOLDER = /\b(TODO|TBD|FIXME|XXX|lorem ipsum)\b|<[a-z][a-z _-]*>|\[\.\.\.\]/i;
/** Names of Postgres roles look like metrics and are none. */
const ROLES = new Set(['keelson_app', 'keelson_relay', 'keelson_resolver', 'keelson_admin', 'keelson_migrations']);
const knownMetrics = new Set<string>(metrics.map((metric) => metric.name));

/** The fields of an alert that are checked here; its own type, in the runbooks package, has more. */
const alertShape = z.looseObject({ name: z.string(), metric: z.string().optional() });

function headingProblems({ text }: Page): string[] {
  const found = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1]?.trim());
  if (JSON.stringify(found) === JSON.stringify(headings)) {
    return headings.filter((heading) => sectionOf({ text }, heading) === '').map((heading) => `"${heading}" is empty`);
  }
  return [`its headings are ${found.join(' · ') || 'none'}; they must be ${headings.join(' · ')}, in this order`];
}

/** Names of metrics, histograms with their suffixes as Prometheus writes them. */
function metricProblems(text: string): string[] {
  const named = new Set(text.match(/\bkeelson_[a-z_]+[a-z]\b/g) ?? []);
  return [...named]
    .filter(
      (name) =>
        !ROLES.has(name) && !knownMetrics.has(name) && !knownMetrics.has(name.replace(/_(bucket|sum|count)$/, '')),
    )
    .map((name) => `the metric ${name} is not in the catalogue`);
}

function commandProblems(where: string, code: string, cell: Cell | undefined, commands: readonly Command[]): string[] {
  const types = new Map(cell?.inputs.map((input) => [input.name.toUpperCase(), input.type]));
  const valueOf = (variable: string) => inputTypes[types.get(variable) ?? 'text'].example;
  return keelsonCommands(code, valueOf).flatMap((words) => {
    try {
      parseLine(commands, words);
      return [];
    } catch (error) {
      return [`${where}: "keelson ${words.join(' ')}" is not a command line: ${messageOf(error)}`];
    }
  });
}

function cellProblems(page: Page, commands: readonly Command[]): string[] {
  let cells: Cell[];
  try {
    cells = readCells(page.text, page.file);
  } catch (error) {
    return [messageOf(error)];
  }
  const names = cells.map((cell) => cell.name);
  const doubles = names.filter((name, index) => names.indexOf(name) !== index);
  const needed = (['Diagnosis', 'Mitigation', 'Verify'] as const).filter(
    (section) => !cells.some((cell) => cell.section === section),
  );
  const blind = cells.filter(
    (cell) => cell.section === 'Verify' && cell.expect === undefined && cell.assert === undefined,
  );
  return [
    ...doubles.map((name) => `two cells are named ${name}`),
    ...needed.map((section) => `"${section}" has no executable cell`),
    ...blind.map((cell) => `the cell ${cell.name} verifies nothing: give it "expect" or "assert"`),
    ...cells.flatMap((cell) => commandProblems(`line ${cell.line}`, cell.code, cell, commands)),
  ];
}

/** Commands in running text, between backticks. */
function inlineProblems({ text }: Page, commands: readonly Command[]): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`((?:npx )?keelson [^`]+)`/g)].flatMap((match) =>
    commandProblems('in the text', match[1] ?? '', undefined, commands),
  );
}

/** Everything that is wrong with a page; the alert beside it is checked separately. */
export function checkPage(page: Page, commands: readonly Command[]): string[] {
  const lines = page.text.trimEnd().split('\n').length;
  const placeholder = PLACEHOLDER.exec(page.text.replaceAll(/^```[\s\S]*?^```$/gm, ''));
  return [
    ...(lines > LONGEST_PAGE ? [`it has ${lines} lines, at most ${LONGEST_PAGE}`] : []),
    ...(placeholder ? [`a placeholder is left: ${placeholder[0]}`] : []),
    ...headingProblems(page),
    ...metricProblems(page.text),
    ...cellProblems(page, commands),
    ...inlineProblems(page, commands),
  ];
}

async function checkAlert(repository: string, page: Page): Promise<string[]> {
  const file = join(repository, page.file.replace(/\.md$/, '.alert.ts'));
  if (!existsSync(file)) return [`it has no alert beside it: ${basename(file)}`];
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const alerts = Object.values(module).flatMap((value) => alertShape.safeParse(value).data ?? []);
  const alert = alerts.find(({ name }) => name === page.name);
  if (!alert) return [`${basename(file)} exports no alert named ${page.name}`];
  return alert.metric === undefined || knownMetrics.has(alert.metric)
    ? []
    : [`the alert's metric ${alert.metric} is not in the catalogue`];
}

/** Alerts without a page. */
function orphans(repository: string): Problem[] {
  const root = join(repository, 'runbooks');
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const alerts = entries.filter((name) => name.endsWith('.alert.ts') && !name.includes('node_modules'));
  return alerts
    .filter((name) => !existsSync(join(root, name.replace(/\.alert\.ts$/, '.md'))))
    .map((name) => ({ file: join('runbooks', name), problem: 'it has no page beside it' }));
}

/** Checks every pair of alert and page. */
export async function checkRunbooks(
  repository: string,
  commands: readonly Command[],
): Promise<{ pages: number; problems: Problem[] }> {
  const pages = readPages(repository);
  const found = await Promise.all(
    pages.map(async (page) =>
      [...checkPage(page, commands), ...(await checkAlert(repository, page))].map((problem) => ({
        file: page.file,
        problem,
      })),
    ),
  );
  return { pages: pages.length, problems: [...found.flat(), ...orphans(repository)] };
}
