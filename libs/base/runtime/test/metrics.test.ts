import { describe, expect, it } from '@jest/globals';
import { Metrics } from '../src/metrics.ts';

describe('Metrics', () => {
  it('counts, sets and observes under the names and labels of the catalogue', async () => {
    const metrics = new Metrics();
    metrics.count('keelson_signals_received_total', { outcome: 'accepted' });
    metrics.count('keelson_signals_received_total', { outcome: 'accepted' }, 2);
    metrics.set('keelson_outbox_depth', {}, 7);
    metrics.observe('keelson_step_duration_seconds', { step: 'decide' }, 0.03);
    const text = await metrics.text();
    expect(text).toContain('keelson_signals_received_total{outcome="accepted"} 3');
    expect(text).toContain('keelson_outbox_depth 7');
    expect(text).toContain('keelson_step_duration_seconds_bucket{le="0.02",step="decide"} 0');
    expect(text).toContain('keelson_step_duration_seconds_bucket{le="0.04",step="decide"} 1');
    expect(metrics.contentType).toContain('text/plain');
  });

  it('shares nothing between processes of one test file', async () => {
    expect(await new Metrics().text()).not.toContain('keelson_signals_received_total');
  });

  it('refuses names and labels that the catalogue does not have, at compile time', () => {
    const metrics = new Metrics();
    // @ts-expect-error an unknown label
    expect(() => metrics.count('keelson_signals_received_total', { result: 'accepted' })).toThrow('result');
    // @ts-expect-error a gauge cannot be counted
    expect(() => metrics.count('keelson_outbox_depth', {})).not.toThrow();
  });
});
