import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import log from '@pulumi/pulumi/log/index.js';
import { Canaries } from '../rehearsal/canaries.ts';
import { ProcessArguments, showsArguments } from '../rehearsal/process-arguments.ts';
import { guardedEnvironment, guardedWords } from '../src/engine-words.ts';
import { withoutSecrets } from '../src/providers/vendor/redact.ts';

const SECRET = 'canary/with+signs=0123';

function canaries(): Canaries {
  const made = new Canaries();
  made.add('token', SECRET);
  return made;
}

describe('the canaries of a rehearsal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-canaries-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['as it is', SECRET],
    ['in an address', `https://user:${encodeURIComponent(SECRET)}@example.com`],
    ['in a header', `Basic ${Buffer.from(SECRET).toString('base64')}`],
  ])('find a secret %s, and do not repeat it', (_form, text) => {
    const found = canaries();
    found.examine('log', `before it stands ${SECRET}; then ${text}`);
    expect(found.leaks).toMatchObject([{ secret: 'token', place: 'log' }]);
    expect(JSON.stringify(found.leaks)).not.toContain(SECRET);
  });

  it('find nothing where nothing is, and refuse a secret that chance could write', () => {
    const found = canaries();
    found.examine('log', 'railwayToken: [secret]');
    expect(found.leaks).toEqual([]);
    expect(() => found.add('pin', '1234')).toThrow('pin is too short to be looked for');
  });

  it('read each file below a folder, and again when it has changed', () => {
    const found = canaries();
    mkdirSync(join(folder, 'history'));
    const file = join(folder, 'history', 'checkpoint.json');
    writeFileSync(file, '{"token":"sealed"}');
    found.examineFolder(folder);
    expect(found.leaks).toEqual([]);
    writeFileSync(file, `{"token":"${SECRET}"}`);
    found.examineFolder(folder);
    expect(found.leaks).toMatchObject([{ secret: 'token', place: 'history/checkpoint.json', after: '{"token":"' }]);
    expect(found.files).toBe(1);
  });

  (showsArguments ? it : it.skip)(
    'see the arguments of a process that begins',
    async () => {
      const found = canaries();
      const watching = new ProcessArguments((words) => found.examine('arguments', words));
      watching.start();
      const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', SECRET], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const end = Date.now() + 30_000;
      while (found.leaks.length === 0 && Date.now() < end) await sleep(10);
      watching.stop();
      child.stdin.end();
      await once(child, 'close');
      expect(found.leaks).toMatchObject([{ secret: 'token', place: 'arguments' }]);
    },
    60_000,
  );
});

describe('the engine of this checkout', () => {
  it.each([
    [
      ['up', '-v=9'],
      ['up', '-v=8'],
    ],
    [
      ['up', '-v11', '--logtostderr'],
      ['up', '-v8', '--logtostderr'],
    ],
    [
      ['up', '--verbose', '9', '--stack', 'dev'],
      ['up', '--verbose', '8', '--stack', 'dev'],
    ],
    [
      ['--verbose=10', 'up'],
      ['--verbose=8', 'up'],
    ],
  ])('logs nothing in clear text: %j', (asked, given) => {
    expect(guardedWords(asked)).toEqual({ words: given, notes: [expect.stringContaining('verbosity 8 is used')] });
  });

  it.each([[['up', '-v=8']], [['config', 'set', 'keelson:passwordGeneration', '9']], [['up', '-v', '3']]])(
    'gets other words as they are: %j',
    (asked) => expect(guardedWords(asked)).toEqual({ words: asked, notes: [] }),
  );

  it('writes no protocol of what it says to plugins', () => {
    expect(guardedEnvironment({ PULUMI_DEBUG_GRPC: '/tmp/all.json', PATH: '/bin' })).toEqual({ PATH: '/bin' });
  });

  it('hears no debug message of the program', async () => {
    const before = log.debug;
    await import('../src/quiet-debug.ts');
    expect(log.debug).not.toBe(before);
    await expect(log.debug(`RegisterResource RPC finished: ${SECRET}`)).resolves.toBeUndefined();
  });
});

describe('what a vendor says of a request', () => {
  it.each([
    ['a password', { name: 'keelson', db_pass: 'canary "1"' }, 'db_pass canary "1" of keelson is weak'],
    ['quoted', { db_pass: 'canary "1"' }, 'got {"db_pass":"canary \\"1\\""}'],
    [
      'the environment',
      { variables: { input: { variables: { URL: 'a://x:canary@b' } } } },
      'got { URL: "a://x:canary@b" }',
    ],
    ['below', { registryCredentials: { username: 'canary-user', password: 'canary' } }, 'canary-user may not'],
  ])('repeats no secret: %s', (_what, sent, words) => {
    const told = withoutSecrets(words, sent);
    expect(told).toContain('[secret]');
    expect(told).not.toContain('canary');
  });

  it('repeats the rest', () => {
    const sent = { variables: { input: { name: 'keelson-dev' } } };
    expect(withoutSecrets('keelson-dev exists', sent)).toBe('keelson-dev exists');
  });
});
