import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { generated, type Renderer } from './renderer.ts';

const run = promisify(execFile);
const repository = path.resolve(import.meta.dirname, '../../..');

/** Lines of pg_dump that tell of the run and not of the schema. */
const NOISE = /^(--.*|\\(un)?restrict .*|SET .*|SELECT pg_catalog\.set_config.*)$/;

/**
 * The schema as the migrations leave it, dumped from a database that they just made: a reader sees it in one file, and
 * a change of a migration shows in the review as a change of the schema.
 */
export const schema: Renderer = {
  path: 'libs/base/persistence/src/schema.sql',

  async render() {
    const pgDump = pgDumpPath();
    if (!pgDump) return undefined;
    // The servers of the test kit migrate a template database; they end when their standard input closes.
    const servers = spawn(process.execPath, [path.join(repository, 'libs/base/testkit/src/serve.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(createInterface({ input: servers.stdout }), 'line')) as [string];
      const addresses = JSON.parse(line) as { readonly KEELSON_TEST_POSTGRES_URL: string };
      const database = new URL(addresses.KEELSON_TEST_POSTGRES_URL);
      database.pathname = '/keelson_template';
      const { stdout } = await run(pgDump, ['--schema-only', '--schema=keelson', '--no-owner', database.href], {
        maxBuffer: 16 * 1024 * 1024,
      });
      return generated.sql + tidy(stdout);
    } finally {
      servers.stdin.end();
      await once(servers, 'exit');
    }
  },
};

function pgDumpPath(): string | undefined {
  const file = path.join(repository, '.keelson/toolchain.json');
  if (!existsSync(file)) return undefined;
  const toolchain = JSON.parse(readFileSync(file, 'utf8')) as { readonly postgres?: { readonly binDir?: string } };
  const binDir = toolchain.postgres?.binDir;
  return binDir && path.join(binDir, 'pg_dump');
}

function tidy(dump: string): string {
  const lines = dump.split('\n').filter((line) => !NOISE.test(line));
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
