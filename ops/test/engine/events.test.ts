import { describe, expect, it } from '@jest/globals';
import { EngineProgress, summaryOf } from '../../src/engine/events.ts';

const urn = (type: string, name: string) => `urn:pulumi:local::keelson::${type}::${name}`;

/** An event as the engine prints it with --json. */
function event(kind: string, op: string, type: string, name: string, custom = true): string {
  const state = custom ? { type, custom: true } : { type };
  const metadata = { op, urn: urn(type, name), type, old: null, new: state, provider: '' };
  return JSON.stringify({ sequence: 1, timestamp: 1, [kind]: { metadata } });
}

function follow(lines: string[]) {
  const shown: string[] = [];
  const now: string[] = [];
  const progress = new EngineProgress(
    (line) => shown.push(line.replace(/\d+\.\d s$/, 'N s')),
    (text) => now.push(text),
  );
  for (const line of lines) progress.take(line);
  return { progress, shown, now };
}

describe('EngineProgress', () => {
  it('shows a resource once it is done, and what is under way meanwhile', () => {
    const { shown, now } = follow([
      event('resourcePreEvent', 'create', 'keelson:local:Process', 'api'),
      event('resourcePreEvent', 'create', 'keelson:local:Process', 'beat'),
      event('resOutputsEvent', 'create', 'keelson:local:Process', 'api'),
    ]);
    expect(shown).toEqual(['✔ api              created N s']);
    expect(now).toEqual(['api', 'api, beat', 'beat']);
  });

  it('marks a failed one, and keeps what the engine said about it', () => {
    const diagnostic = { severity: 'error', message: '<{%reset%}>port 3000 of api is taken<{%reset%}>\n' };
    const { shown, progress } = follow([
      event('resourcePreEvent', 'update', 'keelson:local:Process', 'api'),
      event('resOpFailedEvent', 'update', 'keelson:local:Process', 'api'),
      JSON.stringify({ diagnosticEvent: diagnostic }),
    ]);
    expect(shown).toEqual(['✖ api              failed N s']);
    expect(progress.diagnostics).toEqual(['port 3000 of api is taken']);
  });

  it('leaves out components, the stack, providers and what stays the same', () => {
    const { shown } = follow([
      ...['resourcePreEvent', 'resOutputsEvent'].flatMap((kind) => [
        event(kind, 'create', 'keelson:index:Service', 'api', false),
        event(kind, 'create', 'pulumi:pulumi:Stack', 'keelson-local', false),
        event(kind, 'create', 'pulumi:providers:keelson', 'local'),
        event(kind, 'same', 'keelson:local:Process', 'beat'),
      ]),
    ]);
    expect(shown).toEqual([]);
  });

  it('keeps lines that are no events, for when it fails', () => {
    expect(follow(['error: could not load plugin']).progress.diagnostics).toEqual(['error: could not load plugin']);
  });

  it('sums up: changes by kind, or no changes', () => {
    const { progress } = follow([
      JSON.stringify({ summaryEvent: { resourceChanges: { create: 8, update: 1, same: 3 } } }),
    ]);
    expect(summaryOf(progress.changes)).toBe('8 created, 1 updated');
    expect(summaryOf({ same: 12 })).toBe('no changes');
  });
});
