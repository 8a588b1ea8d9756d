import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../framework/context.ts';
import { alertList } from '../trading/alerts.ts';
import type { Cell } from './cell.ts';

/** What a cell did. */
export interface CellResult {
  readonly name: string;
  readonly section: string;
  readonly danger: Cell['danger'];
  readonly state: 'passed' | 'failed';
  readonly exit_code: number;
  readonly ms: number;
  readonly output: string;
  /** Why it failed, in a sentence. */
  readonly reason: string | null;
}

const PAUSE_MS = 500;
const LONGEST_MS = 120_000;

interface Once {
  readonly code: number;
  readonly output: string;
}

/** Cells find `keelson` on their PATH, work on this stack, and get inputs as upper-case variables. */
function environmentFor(context: Context, inputs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const named = Object.entries(inputs).map(([name, value]) => [name.toUpperCase(), value]);
  return {
    ...context.environment,
    ...Object.fromEntries(named),
    PATH: [join(context.repository, 'ops', 'bin'), context.environment['PATH'] ?? ''].join(delimiter),
    KEELSON_NODE: process.execPath,
    KEELSON_STACK: context.stack,
    NO_COLOR: '1',
  };
}

function once(context: Context, cell: Cell, inputs: Readonly<Record<string, string>>, quiet: boolean): Promise<Once> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-eu', '-c', cell.code], {
      cwd: context.repository,
      env: environmentFor(context, inputs),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST_MS,
    });
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (!quiet) for (const line of chunk.toString('utf8').trimEnd().split('\n')) context.ui.say(`    ${line}`);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 124, output }));
  });
}

function complaint(cell: Cell, { code, output }: Once): string | null {
  if (code !== cell.exit) return `it ended with ${code}, and ${cell.exit} was expected`;
  if (cell.expect !== undefined && !new RegExp(cell.expect, 'm').test(output))
    return `its output does not match /${cell.expect}/`;
  return cell.assert === 'cleared' ? notCleared(cell.page, output) : null;
}

/** Why an alert does not count as cleared: it fires, or nobody has looked lately. */
function notCleared(name: string, output: string): string | null {
  const start = output.indexOf('{');
  const parsed =
    start < 0 ? undefined : alertList.safeParse(JSON.parse(output.slice(start, output.lastIndexOf('}') + 1)));
  if (!parsed?.success) return 'its output is not that of keelson alerts --json';
  const alert = parsed.data.alerts.find((each) => each.name === name);
  if (!alert) return `the alert ${name} was never evaluated`;
  if (alert.stale) return `the alert ${name} was last evaluated at ${alert.evaluated_at}: is beat running?`;
  return alert.state === 'inactive' ? null : `the alert ${name} is ${alert.state}`;
}

/** Runs a cell; one with `within` is repeated until it is right or time is up. */
export async function runCell(
  context: Context,
  cell: Cell,
  inputs: Readonly<Record<string, string>>,
): Promise<CellResult> {
  const started = performance.now();
  const until = started + (cell.within ?? 0);
  let result = await once(context, cell, inputs, cell.within !== undefined);
  let reason = complaint(cell, result);
  while (reason !== null && performance.now() < until && !context.signal.aborted) {
    await sleep(PAUSE_MS);
    result = await once(context, cell, inputs, true);
    reason = complaint(cell, result);
  }
  if (cell.within !== undefined) for (const line of result.output.trimEnd().split('\n')) context.ui.say(`    ${line}`);
  return {
    name: cell.name,
    section: cell.section,
    danger: cell.danger,
    state: reason === null ? 'passed' : 'failed',
    exit_code: result.code,
    ms: Math.round(performance.now() - started),
    output: result.output,
    reason,
  };
}
