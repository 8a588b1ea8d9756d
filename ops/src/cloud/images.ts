import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { buildWords, containerTool, digestOf, repositoryOf, type ContainerTool } from './container-tool.ts';

/** Runs the tool; its talk goes to stderr. Resolves with all it said; throws a Failure with its last lines. */
function runTool(context: Context, tool: ContainerTool, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, [...words], {
      cwd: context.repository,
      env: context.environment,
      signal: context.signal,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        process.stderr.write(chunk);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve(said);
      const last = said.trim().split('\n').slice(-5).join('\n');
      const fix = /denied|unauthorized|authentication/i.test(last)
        ? `${tool} login <registry>`
        : `${tool} info tells whether it works`;
      reject(new Failure(`${tool} ${words[0]} failed (exit code ${code}):\n${last}`, { code: exitCode.resource, fix }));
    });
  });
}

/** Builds the image of this clone under a tag; answers its local name. */
export async function buildImage(context: Context, tag: string): Promise<string> {
  const tool = containerTool(context.environment);
  await runTool(context, tool, buildWords(tool, tag));
  return tag;
}

/** Pushes what was built; answers `registry/name@sha256:…`, which is what an environment is set to. */
export async function pushImage(context: Context, local: string, name: string): Promise<string> {
  const repository = repositoryOf(name);
  const tool = containerTool(context.environment);
  await runTool(context, tool, ['tag', local, name]);
  if (tool === 'docker') return `${repository}@${digestOf(await runTool(context, tool, ['push', name]))}`;
  const folder = mkdtempSync(join(tmpdir(), 'keelson-push-'));
  try {
    const file = join(folder, 'digest');
    await runTool(context, tool, ['push', '--digestfile', file, name]);
    return `${repository}@${digestOf(readFileSync(file, 'utf8'))}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
