import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');

/** Runs a command at the root; its output and exit code, or undefined when there is no such command. */
function run(command: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const [file = '', ...args] = command;
  const result = spawnSync(file, args, { cwd: root, encoding: 'utf8', env });
  return result.error ? undefined : { status: result.status, text: result.stdout + result.stderr };
}

/** The first of the commands that answers to `version`; undefined, said on stderr, when this machine has none. */
function tool(
  purpose: string,
  candidates: readonly (readonly string[])[],
  version: string,
): readonly string[] | undefined {
  const found = candidates.find((command) => run([...command, version])?.status === 0);
  if (!found) {
    const names = candidates.map((command) => `"${command.join(' ')}"`).join(' or ');
    process.stderr.write(`skipped: ${purpose}, because ${names} is not on this machine\n`);
  }
  return found;
}

const compose = tool(
  "Compose's own check of docker-compose.yml",
  [['docker', 'compose'], ['docker-compose']],
  'version',
);
const hadolint = tool('hadolint of the Dockerfile', [['hadolint']], '--version');

describe('docker-compose.yml', () => {
  (compose ? it : it.skip)('passes the config check of Compose itself', () => {
    const checked = run([...(compose ?? []), '-f', 'docker-compose.yml', 'config', '--quiet'], {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DOCKER_CONFIG: process.env['DOCKER_CONFIG'],
    });
    expect(checked).toEqual({ status: 0, text: '' });
  });
});

describe('Dockerfile', () => {
  (hadolint ? it : it.skip)('has nothing that hadolint finds', () => {
    expect(run([...(hadolint ?? []), '--no-color', 'Dockerfile'])).toEqual({ status: 0, text: '' });
  });
});
