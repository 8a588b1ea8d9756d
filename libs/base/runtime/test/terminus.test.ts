import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService } from '@nestjs/terminus';
import { HealthChecks, NotReady } from '../src/health.ts';
import { RuntimeModule, runtimeParts } from '../src/runtime.module.ts';
import { fixtureService } from './fixture/spec.ts';

describe('the checks of an application', () => {
  it('are run by its Terminus, and answered in our words and our order', async () => {
    const parts = runtimeParts(fixtureService, { PORT: '3000' });
    class Root {}
    Module({ imports: [RuntimeModule.forService(fixtureService, parts)] })(Root);
    const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
    const terminus = app.get(HealthCheckService, { strict: false });
    const check = terminus.check.bind(terminus);
    let runs = 0;
    terminus.check = (indicators) => {
      runs += 1;
      return check(indicators);
    };
    const health = app.get(HealthChecks);
    let broken = true;
    class Stuck {
      readonly name = 'stuck';
      async check(): Promise<void> {
        if (this.name === 'stuck' && broken) throw new NotReady('Still warming up');
      }
    }
    health.add(new Stuck());
    health.add({ name: 'queue', check: async () => ({ workers: 2 }) });
    const degraded = await health.readiness();
    expect(Object.entries(degraded.checks)).toEqual([
      ['stuck', { status: 'error', message: 'Still warming up' }],
      ['queue', { status: 'ok', latency_ms: expect.any(Number), workers: 2 }],
    ]);
    expect(degraded.status).toBe('degraded');
    broken = false;
    expect((await health.readiness()).status).toBe('ok');
    expect(runs).toBe(2);
    await app.close();
  });
});
