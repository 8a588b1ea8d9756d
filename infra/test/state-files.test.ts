import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Desk, STACK, UP } from './fixtures/desk.ts';

const PREVIEW = ['preview', '--stack', STACK];

interface Checkpoint {
  readonly checkpoint: { readonly latest: { readonly resources?: readonly { readonly urn: string }[] } };
}

/** What an engine, or the machine below it, left half written when it died; each case begins with a sound state. */
describe('a state that was broken while it was written', () => {
  let desk: Desk;
  const at = (...names: string[]): string => join(desk.state, 'pulumi', '.pulumi', ...names);
  const checkpoint = (): string => at('stacks', 'keelson', `${STACK}.json`);
  const urns = (file: string): readonly string[] =>
    ((JSON.parse(readFileSync(file, 'utf8')) as Checkpoint).checkpoint.latest.resources ?? []).map(({ urn }) => urn);
  const beside = (): readonly string[] =>
    readdirSync(at('stacks', 'keelson')).filter((name) => name.includes('broken'));

  beforeAll(async () => {
    desk = new Desk();
    for (const words of [['stack', 'init', STACK, '--secrets-provider', 'passphrase'], UP, UP]) {
      const { code, said } = await desk.engine(words);
      expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
    }
  }, 180_000);
  afterAll(() => desk.close());

  it('is read again once empty files of attributes are gone, of whatever file they were', async () => {
    const stack = join('stacks', 'keelson', `${STACK}.json.attrs`);
    const whole = join('stacks', 'keelson', `${STACK}.json.bak.attrs`);
    mkdirSync(at('locks', 'organization', 'keelson', STACK), { recursive: true });
    for (const name of [stack, 'meta.yaml.attrs']) writeFileSync(at(name), '');
    writeFileSync(at(whole), '{"user.content_type":"application/json"}');
    const { code, said } = await desk.engine(PREVIEW);
    expect(said).toContain('An engine was killed while it wrote: 2 empty files of attributes (.attrs) were removed.');
    expect(code).toBe(0);
    expect([stack, 'meta.yaml.attrs', whole].filter((name) => existsSync(at(name)))).toEqual([whole]);
    rmSync(at(whole));
  }, 60_000);

  it('is not touched by who only looks, who is told what to do', async () => {
    writeFileSync(checkpoint(), '');
    for (const words of [PREVIEW, ['refresh', '--preview-only', '--stack', STACK]]) {
      const { code, said } = await desk.engine(words);
      expect(code).not.toBe(0);
      expect(said).toContain(`The state of ${STACK} cannot be read: a process or this machine died while it wrote`);
      expect(said).toContain(`Nothing was changed. What to do: npx keelson up ${STACK}, which goes on from there`);
    }
    expect(readFileSync(checkpoint(), 'utf8')).toBe('');
    expect(beside()).toEqual([]);
  }, 60_000);

  it('is what it was one write before, for the next up, which keeps the broken one', async () => {
    const torn = '{"version":3,"checkpoint":{"stack":"organi';
    writeFileSync(checkpoint(), torn);
    const before = urns(`${checkpoint()}.bak`);
    expect(before).toEqual([expect.stringContaining('pulumi:pulumi:Stack')]);
    const { code, said } = await desk.engine(UP);
    expect(said).toContain('The one written before it took its place; the broken one is ');
    expect(code).toBe(0);
    expect(said).not.toContain('1 created');
    expect(urns(checkpoint())).toEqual(before);
    expect(beside().map((name) => readFileSync(at('stacks', 'keelson', name), 'utf8'))).toEqual([torn]);
  }, 60_000);

  it('is for a person to mend when the one before is broken too: the command that is told does it', async () => {
    writeFileSync(checkpoint(), '');
    writeFileSync(`${checkpoint()}.bak`, '');
    const { code, said } = await desk.engine(UP);
    expect(code).not.toBe(0);
    const [, from = '', to = ''] = /What to do: cp '(.+?)' '(.+?)', then npx keelson drift one/.exec(said) ?? [];
    expect(to).toBe(checkpoint());
    copyFileSync(from, to);
    expect(urns(from)).toEqual([expect.stringContaining('pulumi:pulumi:Stack')]);
    expect((await desk.engine(UP)).code).toBe(0);
  }, 60_000);

  it('is not made up where nothing whole is left', async () => {
    for (const file of [checkpoint(), `${checkpoint()}.bak`]) writeFileSync(file, '');
    rmSync(at('history'), { recursive: true });
    const { code, said } = await desk.engine(UP);
    expect(code).not.toBe(0);
    expect(said).toContain(
      'No older one is there either. Nothing was changed. What to do: put a copy of yours in its place',
    );
    expect(readFileSync(checkpoint(), 'utf8')).toBe('');
  }, 60_000);
});
