import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { metrics, services } from '@keelson/catalogue';
import { alerts } from '@keelson/runbooks';

/**
 * The pairs and their list. What must be on a page (headings, length, cells, commands and metrics that exist) is checked
 * by `keelson runbook check`, which knows the commands; that the pages help is shown by their drills.
 */
const root = resolve(import.meta.dirname, '..');

/** "signals/SignalBacklogGrowing" of every file of a kind. */
function stems(suffix: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const paired = files.filter((file) => /^[a-z-]+\/[^/]+$/.test(file) && file.endsWith(suffix));
  return paired.map((file) => file.slice(0, -suffix.length)).sort();
}

describe('alerts and pages', () => {
  const listed = alerts.map(({ area, name }) => `${area}/${name}`).sort();

  it('come in pairs, and every pair is in the list that beat evaluates', () => {
    expect(listed.length).toBeGreaterThanOrEqual(2);
    expect(stems('.alert.ts')).toEqual(listed);
    expect(stems('.md')).toEqual(listed);
  });

  it.each(alerts)('$name has a page of its name, a metric that is exported, and a drill that can be run', (alert) => {
    const page = readFileSync(join(root, alert.area, `${alert.name}.md`), 'utf8');
    expect(alert.name).toMatch(/^([A-Z][a-z]+)+$/);
    expect(page.split('\n')[0]).toBe(`# ${alert.name}`);
    expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    expect(metrics.filter(({ name }) => name === alert.metric)).toHaveLength(1);
    const { drill } = alert;
    const names = services.map(({ name }) => name);
    if (drill.kind === 'freeze') expect(names).toContain(drill.service);
    else if (drill.kind === 'venue') expect(Object.keys(drill.control).length).toBeGreaterThan(0);
    else if (drill.kind === 'exposure') expect(Number(drill.by)).toBeGreaterThan(0);
    else if (drill.kind === 'position') expect(Number(drill.quantity)).toBeGreaterThan(0);
    // The others say all that there is to say by their kind.
    else expect(['unprovable_halt', 'runaway', 'poison']).toContain(drill.kind);
  });

  it.each(alerts)('$name is mended by cells that are marked, and verified by its own state', ({ area, name }) => {
    const page = readFileSync(join(root, area, `${name}.md`), 'utf8');
    const cells = [...page.matchAll(/^```sh (\{.*\})$/gm)].map(
      (fence) => JSON.parse(fence[1]!) as Record<string, string>,
    );
    const [mitigation, verify] = ['Mitigation', 'Verify'].map((heading) => page.indexOf(`## ${heading}`));
    const marked = page.indexOf('"mitigation":"true"');
    expect(marked).toBeGreaterThan(mitigation!);
    expect(marked).toBeLessThan(verify!);
    expect(cells.filter((cell) => cell['assert'] === 'cleared')).toHaveLength(1);
  });
});

describe('pages that failures name', () => {
  it('exist', () => {
    const sources = resolve(root, '../ops/src');
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const named = files.flatMap((file) => [
      ...readFileSync(join(sources, file), 'utf8').matchAll(/'runbooks\/([a-z-]+\/\w+)\.md'/g),
    ]);
    expect(named.length).toBeGreaterThan(0);
    for (const [, stem] of named) expect(stems('.md')).toContain(stem);
  });
});
