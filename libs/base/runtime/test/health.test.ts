import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { HealthChecks, NotReady } from '../src/health.ts';

const nothing = async () => undefined;

describe('HealthChecks', () => {
  it('reports each passing check with its latency and facts', async () => {
    const health = new HealthChecks();
    health.add({ name: 'database', check: nothing });
    health.add({ name: 'queue', check: async () => ({ workers: 2 }) });
    expect(await health.readiness()).toEqual({
      status: 'ok',
      checks: {
        database: { status: 'ok', latency_ms: expect.any(Number) },
        queue: { status: 'ok', latency_ms: expect.any(Number), workers: 2 },
      },
    });
  });

  it('is degraded by one failing check, in public words, and tells the cause once per outage', async () => {
    const told: string[] = [];
    const health = new HealthChecks({ onFailure: (name, error) => told.push(`${name}: ${(error as Error).message}`) });
    let broken = true;
    health.add({ name: 'database', check: nothing });
    health.add({
      name: 'redis',
      check: () => (broken ? new Promise((_, reject) => connect(1, '127.0.0.1').on('error', reject)) : nothing()),
    });
    health.add({
      name: 'secretive',
      check: async () => void (broken && (await Promise.reject(new Error('user canary')))),
    });
    health.add({
      name: 'warm',
      check: async () => void (broken && (await Promise.reject(new NotReady('Still warming up')))),
    });
    const readiness = await health.readiness();
    expect(readiness.status).toBe('degraded');
    expect(readiness.checks['database']?.status).toBe('ok');
    expect(readiness.checks['redis']).toEqual({ status: 'error', message: 'Connection refused' });
    expect(readiness.checks['secretive']).toEqual({ status: 'error', message: 'Unavailable' });
    expect(readiness.checks['warm']).toEqual({ status: 'error', message: 'Still warming up' });
    await health.readiness();
    expect(told).toHaveLength(3);
    broken = false;
    expect((await health.readiness()).status).toBe('ok');
    broken = true;
    await new Promise((resolve) => setTimeout(resolve, 260));
    await health.readiness();
    expect(told).toHaveLength(6);
  });

  it('fails a check that does not end in time', async () => {
    const health = new HealthChecks({ timeout: '20 milliseconds' });
    health.add({ name: 'stuck', check: () => new Promise(() => undefined) });
    const readiness = await health.readiness();
    expect(readiness.checks['stuck']).toEqual({ status: 'error', message: 'No answer within 20 ms' });
  });

  it('shares a run between callers and reuses a good answer, never a bad one', async () => {
    let runs = 0;
    let broken = false;
    const health = new HealthChecks();
    health.add({
      name: 'counted',
      check: async () => {
        runs += 1;
        if (broken) throw new Error('away');
      },
    });
    await Promise.all([health.readiness(), health.readiness()]);
    await health.readiness();
    expect(runs).toBe(1);
    broken = true;
    await new Promise((resolve) => setTimeout(resolve, 260));
    await health.readiness();
    await health.readiness();
    expect(runs).toBe(3);
  });

  it('is not ready once it stops, whatever the checks say', async () => {
    const health = new HealthChecks();
    health.add({ name: 'database', check: nothing });
    await health.readiness();
    health.stop();
    expect(await health.readiness()).toEqual({
      status: 'degraded',
      checks: { process: { status: 'error', message: 'Stopping' } },
    });
  });

  it('refuses two checks of one name', () => {
    const health = new HealthChecks();
    health.add({ name: 'database', check: nothing });
    expect(() => health.add({ name: 'database', check: nothing })).toThrow('exists already');
  });
});
