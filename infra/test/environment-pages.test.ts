import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Stage } from '../rehearsal/stage.ts';
import { leftOvers } from '../rehearsal/steps.ts';
import { cloudSettings, type SettingName, type SettingSpec } from '../src/cloud/settings.ts';
import { dev } from '../src/environments/dev.ts';
import { environments, placeOf, stacksOf } from '../src/environments/named.ts';
import { repositoryFolder, stateFolder } from '../src/targets/local/folders.ts';

const pageOf = (name: string): string =>
  readFileSync(join(repositoryFolder, 'docs', 'environments', `${name}.md`), 'utf8');

/** Every command line of a page, in order. */
function commandsOf(name: string): readonly string[] {
  const blocks = [...pageOf(name).matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
  return blocks.flatMap((block) => block.split('\n')).filter((line) => line !== '');
}

const clouds = environments.flatMap((environment) => (environment.target === 'local' ? [] : [environment]));

describe('the pages of the environments', () => {
  it.each(clouds.map((environment) => [environment.name, environment] as const))(
    '%s: sets everything that its stacks ask for, and secrets without a value in the line',
    (name, environment) => {
      const lines = commandsOf(name);
      for (const stack of stacksOf(environment)) {
        const { layer } = placeOf(stack);
        const asked = Object.entries<SettingSpec>(cloudSettings).filter(
          ([, spec]) => spec.layers.includes(layer) && spec.usual === undefined,
        );
        const missing = asked.filter(([key, { secret }]) => {
          const line = secret
            ? `npx pulumi config set --secret keelson:${key} -s ${stack}`
            : `npx pulumi config set keelson:${key} "<${key}>" -s ${stack}`;
          return !lines.includes(line);
        });
        expect(missing.map(([key]) => `${stack}: ${key}`)).toEqual([]);
      }
    },
  );

  it('say the same commands for every environment, but for its name and the protection of prod', () => {
    const neutral = (name: string): string[] =>
      commandsOf(name)
        .filter((line) => !line.includes('unprotect'))
        .map((line) => line.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'ENV'));
    expect(neutral('staging')).toEqual(neutral('dev'));
    expect(neutral('prod')).toEqual(neutral('dev'));
  });
});

describe('the page of dev, followed line by line at the vendors of a rehearsal', () => {
  let stage: Stage;
  const state = mkdtempSync(join(tmpdir(), 'keelson-page-'));

  beforeAll(async () => {
    stage = await Stage.open(dev);
    copyFileSync(join(stateFolder(), 'toolchain.json'), join(state, 'toolchain.json'));
  }, 120_000);
  afterAll(async () => {
    await stage.close();
    rmSync(state, { recursive: true, force: true });
  });

  /** Runs a line as a shell would; a secret is typed. Nobody sits there, so a question is answered beforehand. */
  function follow(line: string): Promise<{ code: number; text: string }> {
    const key = /keelson:(\w+)/.exec(line)?.[1] as SettingName | undefined;
    const filled = key ? line.replace(/"<\w+>"/, stage.settings[key]) : line;
    const [, tool = '', ...words] = filled.split(' ');
    const script = tool === 'pulumi' ? ['infra/src/engine.ts', 'pulumi'] : ['ops/src/main.ts'];
    const yes = tool === 'keelson' && ['up', 'rollback'].includes(words[0] ?? '') ? ['--yes'] : [];
    const child = spawn(process.execPath, [join(repositoryFolder, script[0]!), ...script.slice(1), ...words, ...yes], {
      cwd: repositoryFolder,
      env: {
        ...{ ...process.env, ...stage.variables, KEELSON_STATE_DIR: state, NODE_OPTIONS: '' },
        // The state is new, the code is not: what was compiled of it before serves here, too.
        NODE_COMPILE_CACHE: join(stateFolder(), 'cache', 'compile'),
      },
    });
    child.stdin.end(line.includes('--secret ') && key ? `${stage.settings[key]}\n` : '');
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, text }));
    });
  }

  it('is where who has not followed it yet is sent; nothing is made meanwhile', async () => {
    for (const [line, stack] of [
      ['npx keelson drift dev', 'dev-data'],
      ['npx keelson up dev', 'dev'],
    ] as const) {
      const { code, text } = await follow(line);
      expect(code).not.toBe(0);
      expect(text).toContain(`There is no stack ${stack} yet`);
      expect(text).toContain('Fix: follow docs/environments/dev.md from "Set-up" on');
    }
    const names = readdirSync(state, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /(^|\/|\.)dev(-data)?\./.test(name))).toEqual([]);
  }, 120_000);

  /** As a machine does that loses its power while the engine writes: the page's next `up` is what mends it. */
  async function loseTheState(): Promise<void> {
    writeFileSync(join(state, 'pulumi', '.pulumi', 'stacks', 'keelson', 'dev.json'), '');
    const looked = await follow('npx keelson drift dev');
    expect(looked.code).not.toBe(0);
    expect(looked.text).toContain('The state of dev cannot be read');
    expect(looked.text).toContain('Fix: npx keelson up dev, which goes on from there');
    const mended = await follow('npx keelson up dev');
    expect(mended.text).toContain('The one written before it took its place');
    expect(mended).toMatchObject({ code: 0 });
  }

  it('brings it up, finds no drift, goes back an image, rotates, and leaves nothing', async () => {
    const next = `registry.example.com/acme/keelson@sha256:${'2'.repeat(64)}`;
    for (const line of commandsOf('dev')) {
      // The rehearsal has a test of its own, and no test builds an image: what reads these lines is in ops.
      if (/keelson (rehearse|image)/.test(line)) continue;
      if (line.includes('rollback')) {
        // Something to go back from.
        await follow(`npx pulumi config set keelson:image ${next} -s dev`);
        expect(await follow('npx keelson up dev')).toMatchObject({ code: 0 });
      }
      if (line.includes('drift')) await loseTheState();
      const { code, text } = await follow(line);
      expect({ line, code, text: code === 0 ? '' : text }).toEqual({ line, code: 0, text: '' });
      if (line.includes('rollback')) {
        const images = [...stage.railway.world.instances.keys()].map((key) => {
          const [service = '', environment = ''] = key.split('/');
          return stage.railway.world.running(service, environment)?.image;
        });
        expect(new Set(images)).toEqual(new Set([stage.settings.image]));
      }
    }
    expect(leftOvers(stage)).toEqual([]);
    const releases = JSON.parse(readFileSync(join(state, 'releases', 'dev.json'), 'utf8')) as { kind: string }[];
    expect(releases.map(({ kind }) => kind)).toEqual(['up', 'up', 'rollback']);
  }, 900_000);
});
