import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { cpuOfTree, cpuSnapshot } from '../bench/harness/cpu.ts';
import { median, percentile } from '../bench/harness/percentile.ts';
import { secondsRow } from '../bench/harness/repeat.ts';
import { atMost, benchResult, none } from '../bench/harness/result.ts';
import { parseAnswer } from '../bench/peer/client.ts';
import { renderPage } from '../bench/report.ts';

const result = {
  name: 'flow',
  question: 'How long?',
  command: 'node load-tests/bench/flow.ts',
  at: '2026-01-05T15:00:00.000Z',
  seconds: 60,
  sha: '0123456789',
  dirty: false,
  machine: '2 × processor',
  seed: 1,
  load: { average: 0.4, busyPercent: 12, quiet: true },
  conditions: { fsync: 'on' },
  rows: [atMost('accepted', 'p95', 12.34, 10, 'ms')],
  details: { 'one team': { accepted: 6500 } },
};

describe('percentile', () => {
  it('is the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([percentile(values, 50), percentile(values, 95), percentile(values, 100)]).toEqual([50, 95, 100]);
    expect(percentile([3], 99)).toBe(3);
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is none of nothing', () => {
    expect(() => percentile([], 95)).toThrow('a percentile of no values');
  });
});

describe('rows', () => {
  it('meet a bound or miss it', () => {
    expect(atMost('x', 'p95', 10, 10, 'ms')).toEqual({
      what: 'x',
      must: 'p95 ≤ 10 ms',
      measured: '10.0 ms',
      met: true,
    });
    expect(atMost('x', '', 10.01, 10, 'ms').met).toBe(false);
    expect(none('x', { lost: 0, doubled: 1 })).toMatchObject({ must: '0 lost, 0 doubled', met: false });
    expect(secondsRow('x', [900, 1_100, 950], 1)).toMatchObject({
      met: true,
      measured: '0.95 s (0.90 to 1.10, 3 runs)',
    });
  });
});

describe('a result', () => {
  it('has one form', () => {
    expect(benchResult.parse(result)).toEqual(result);
    expect(() => benchResult.parse({ ...result, rows: [] })).toThrow();
    expect(() => benchResult.parse({ ...result, comment: 'fast!' })).toThrow();
  });

  it('is shown on the page with its miss, command, date and commit', () => {
    const page = renderPage([benchResult.parse(result)]);
    expect(page).toContain(
      '| accepted | p95 ≤ 10 ms | **missed:** 12.3 ms | `node load-tests/bench/flow.ts` | 2026-01-05, 0123456789 |',
    );
    expect(page).toContain('load average before 0.4');
  });
});

describe('cpuOfTree', () => {
  it('counts a process and its children, and nobody else', async () => {
    const before = cpuSnapshot();
    const burn = 'while (process.cpuUsage().user < 300_000);';
    const script = `"${process.execPath}" -e '${burn}'; echo done; exec sleep 60`;
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    const after = cpuSnapshot();
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(cpuOfTree(before, after, child.pid ?? 0)).toBeGreaterThanOrEqual(200);
    expect(cpuOfTree(before, after, 2 ** 22 + 1)).toBe(0);
  });
});

describe('the load client', () => {
  const answer = 'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n{"a"';

  it('knows where an answer ends', () => {
    expect(parseAnswer(`${answer}HTTP/1.1 500`)).toEqual({ status: 202, end: answer.length });
    expect(parseAnswer(answer.slice(0, -1))).toBeUndefined();
    expect(parseAnswer('HTTP/1.1 202')).toBeUndefined();
  });

  it('refuses an answer whose end it could only guess', () => {
    expect(() => parseAnswer('HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n')).toThrow('content-length');
  });
});
