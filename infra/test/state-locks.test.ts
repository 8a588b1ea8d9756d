import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { explainLocks, livenessOf, ownersIn, settleLocks, type LockOwner } from '../src/engine-locks.ts';

const since = new Date('2026-01-02T03:04:05.000Z');
const bob: LockOwner = { pid: 12, username: 'bob', hostname: 'elsewhere', since };
/** This process: it lives, and is no engine. */
const notAnEngine: LockOwner = { pid: process.pid, username: 'eve', hostname: hostname(), since: new Date() };
const CANCEL = 'npx pulumi cancel --yes --stack dev';

describe('who holds a stack', () => {
  it('is not known to live on another machine, and does not where the number is gone or another program’s', () => {
    expect(livenessOf(bob)).toBe('unknown');
    expect(livenessOf(notAnEngine)).toBe('dead');
    // Numbers of processes end below this.
    expect(livenessOf({ ...notAnEngine, pid: 2 ** 30 })).toBe('dead');
  });

  it('is asked before a lock of another machine is broken', () => {
    expect(explainLocks('dev', [bob, notAnEngine])).toBe(
      `The stack dev is held by\n` +
        `  bob@elsewhere (process 12, since 2026-01-02T03:04:05.000Z): on another machine, so that it cannot be seen from here whether it still runs\n` +
        `  eve@${hostname()} (process ${process.pid}, since ${notAnEngine.since.toISOString()}): that process does not exist any more\n` +
        `Nothing was changed. What to do: ask bob; only if nothing runs on elsewhere any more: ${CANCEL}`,
    );
  });

  it('is not waited for once dead', () => {
    expect(explainLocks('dev', [notAnEngine])).toContain(`What to do: ${CANCEL}`);
  });
});

describe('the locks of a stack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-locks-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, { since: timestamp, ...owner }: LockOwner): void =>
    writeFileSync(join(folder, name), JSON.stringify({ ...owner, timestamp: timestamp.toISOString() }));

  it('stay, but those of updates that died here', () => {
    write('bob.json', bob);
    write('eve.json', notAnEngine);
    writeFileSync(join(folder, 'eve.json.attrs'), '{}');
    const told: string[] = [];
    expect(settleLocks(folder, (sentence) => told.push(sentence))).toEqual([bob]);
    expect(told).toEqual([expect.stringMatching(/^An update by eve@.* its lock was removed\.$/)]);
    expect(['bob.json', 'eve.json', 'eve.json.attrs'].filter((name) => existsSync(join(folder, name)))).toEqual([
      'bob.json',
    ]);
  });

  it('are not taken away when nobody can tell whose they are', () => {
    const file = join(folder, 'torn.json');
    for (const text of ['{"pid":1}', '{"pid":', '']) {
      writeFileSync(file, text);
      const settled = (): unknown => settleLocks(folder, () => undefined);
      expect(settled).toThrow('torn.json is no lock that this version');
      expect(settled).toThrow(`What to do: see that no update of the stack runs anywhere, then rm '${file}'`);
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });

  it('are read from what the engine says, once each', () => {
    const line = (name: string): string =>
      `s3://team/.pulumi/locks/organization/keelson/prod-data/${name}.json?region=auto: created by bob@elsewhere (pid 12) at 2026-01-02T03:04:05Z`;
    const said = `error: the stack is currently locked by 1 lock(s).\n  ${line('a')}\n  ${line('a')}\n`;
    expect(ownersIn(said)).toEqual({ stack: 'prod-data', owners: [bob] });
    expect(ownersIn('error: the image is not there')).toBeUndefined();
  });
});
