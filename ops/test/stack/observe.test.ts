import { describe, expect, it } from '@jest/globals';
import { aggregate } from '../../src/stack/observe.ts';
import type { RecordedProcess } from '../../src/stack/status.ts';

function instance(name: string, changes: Partial<RecordedProcess> = {}): RecordedProcess {
  return {
    name: 'worker',
    instance: name,
    kind: 'service',
    state: 'ready',
    pid: 100,
    port: 3003,
    url: 'http://127.0.0.1:3003/',
    restarts: 1,
    since: '2026-11-21T10:00:00.000Z',
    ...changes,
  };
}

describe('aggregate', () => {
  it('makes one entry of the replicas of a service', () => {
    const second = instance('worker-2', { pid: 101, url: 'http://127.0.0.1:3013' });
    const both = [
      { process: second, answers: true },
      { process: instance('worker'), answers: true },
    ];
    expect(aggregate('worker', 'service', both)).toEqual({
      name: 'worker',
      kind: 'service',
      state: 'ready',
      url: 'http://127.0.0.1:3003',
      replicas: { ready: 2, desired: 2 },
      pids: [101, 100],
      restarts: 2,
      since: '2026-11-21T10:00:00.000Z',
    });
  });

  it('is degraded when one of two answers', () => {
    const seen = [
      { process: instance('worker'), answers: true },
      { process: instance('worker-2', { state: 'backoff' }), answers: false },
    ];
    expect(aggregate('worker', 'service', seen)).toMatchObject({
      state: 'degraded',
      replicas: { ready: 1, desired: 2 },
    });
  });

  it.each([
    ['ready', 'unreachable'],
    ['starting', 'starting'],
    ['backoff', 'starting'],
    ['failed', 'failed'],
    ['stopped', 'stopped'],
  ])('believes an answer, not the record: %s without one is %s', (state, expected) => {
    expect(aggregate('worker', 'service', [{ process: instance('worker', { state }), answers: false }]).state).toBe(
      expected,
    );
  });

  it('is stopped when nothing is known of it', () => {
    expect(aggregate('api', 'service', [])).toMatchObject({
      state: 'stopped',
      replicas: { ready: 0, desired: 0 },
      pids: [],
    });
  });
});
