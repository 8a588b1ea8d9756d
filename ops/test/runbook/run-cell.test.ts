import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type Cell, readCells } from '../../src/runbook/cell.ts';
import { collectInputs } from '../../src/runbook/inputs.ts';
import { runCell } from '../../src/runbook/run-cell.ts';
import { recordingContext } from '../fixture/context.ts';
import { temporaryFolder } from '../fixture/keelson.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const context = recordingContext(folder.path);

function cell(attributes: Record<string, string>, code: string): Cell {
  const text = `## Verify\n\`\`\`sh ${JSON.stringify({ name: 'cell', ...attributes })}\n${code}\n\`\`\``;
  const [found] = readCells(text, 'runbooks/area/Alert.md');
  if (!found) throw new Error('no cell');
  return found;
}

/** What `keelson alerts --json` prints of one alert. */
function alertsSaying(state: string, stale = false): string {
  const alert = { name: 'Alert', state, value: 0, since: '', evaluated_at: '10:00', stale, runbook: null };
  return `echo '${JSON.stringify({ alerts: [alert] })}'`;
}

describe('runCell', () => {
  it('passes with the expected exit code and output', async () => {
    await expect(runCell(context, cell({ expect: 'two' }, 'echo one; echo two'), {})).resolves.toMatchObject({
      state: 'passed',
      output: 'one\ntwo\n',
      reason: null,
    });
  });

  it.each<[Record<string, string>, string, RegExp]>([
    [{}, 'echo x; exit 3', /ended with 3, and 0 was expected/],
    [{ exit: '3' }, 'true', /ended with 0, and 3/],
    [{ expect: '^ready$' }, 'echo not ready', /does not match/],
    [{}, 'echo $NOT_GIVEN', /ended with/],
    [{}, 'false; true', /ended with 1/],
    [{ assert: 'cleared' }, alertsSaying('firing'), /the alert Alert is firing/],
    [{ assert: 'cleared' }, alertsSaying('inactive', true), /last evaluated at 10:00/],
    [{ assert: 'cleared' }, `echo '{"alerts":[]}'`, /never evaluated/],
    [{ assert: 'cleared' }, 'echo nothing', /not that of keelson alerts/],
  ])('fails: %j %s', async (attributes, code, reason) => {
    const result = await runCell(context, cell(attributes, code), {});
    expect(result.state).toBe('failed');
    expect(result.reason).toMatch(reason);
  });

  it('sees an alert cleared', async () => {
    await expect(runCell(context, cell({ assert: 'cleared' }, alertsSaying('inactive')), {})).resolves.toMatchObject({
      state: 'passed',
    });
  });

  it('repeats a cell until it is right, and not longer than it may', async () => {
    const counter = join(folder.path, 'count');
    const code = `echo x >> '${counter}'; test "$(wc -l < '${counter}')" -ge 2 && echo done`;
    await expect(runCell(context, cell({ within: '5 seconds', expect: 'done' }, code), {})).resolves.toMatchObject({
      state: 'passed',
    });
    const never = await runCell(context, cell({ within: '1 second', expect: 'done' }, 'echo no'), {});
    expect(never).toMatchObject({ state: 'failed' });
    expect(never.ms).toBeLessThan(4_000);
  });

  it('gives inputs to the shell as variables, so that they cannot become code', async () => {
    const result = await runCell(context, cell({ inputs: 'reason:text' }, 'echo "$REASON"'), {
      reason: '$(echo harm) `x`',
    });
    expect(result.output).toBe('$(echo harm) `x`\n');
  });

  it('finds keelson on the PATH', async () => {
    const result = await runCell(context, cell({ expect: 'Usage: keelson' }, 'keelson --help'), {});
    expect(result.state).toBe('passed');
  });
});

describe('collectInputs', () => {
  const cells = [cell({ inputs: 'order:id reason:text' }, 'true')];
  const order = '0199f7d2-3c1b-7e52-9d41-6b1d2f0a9c55';

  it('takes what is given, with = in values', async () => {
    await expect(collectInputs(context, cells, [`order=${order}`, 'reason=a=b'])).resolves.toEqual({
      order,
      reason: 'a=b',
    });
  });

  it.each<[string[], RegExp]>([
    [['order=7', 'reason=x'], /order is not a valid id/],
    [[`order=${order}`], /needs "reason" \(text\)/],
    [[`order=${order}`, 'reason=x', 'size=1'], /no input size/],
  ])('refuses %j', async (given, reason) => {
    await expect(collectInputs(context, cells, given)).rejects.toThrow(reason);
  });
});
