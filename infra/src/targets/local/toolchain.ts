import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { z } from 'zod';

const external = z.object({ source: z.literal('url'), url: z.string().optional() });

const toolchain = z.object({
  node: z.string(),
  pulumi: z.object({ path: z.string() }),
  languageHost: z.enum(['bundled', 'ours']),
  postgres: z.union([
    external,
    z.object({
      source: z.string(),
      binDir: z.string(),
      version: z.string(),
      /** Command words that Postgres needs before it when it is started by root. */
      runAsRootPrefix: z.array(z.string()).default([]),
    }),
  ]),
  redis: z.union([external, z.object({ source: z.string().default('path'), server: z.string(), version: z.string() })]),
});

/** The programs of this machine, found or made by the set-up. */
export type Toolchain = z.infer<typeof toolchain>;

/** Reads toolchain.json of a state folder; says what to do when it isn't there. */
export function readToolchain(stateFolder: string): Toolchain {
  const file = join(stateFolder, 'toolchain.json');
  if (!existsSync(file))
    throw new Error(`${file} is missing: the tools were never set up here. Run \`npm start\` once.`);
  const parsed = toolchain.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${file} is not usable; delete it and run \`npm start\`.\n${z.prettifyError(parsed.error)}`);
}

/** The absolute path of a program on PATH. */
export function findProgram(name: string): string {
  if (isAbsolute(name)) return name;
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  const found = candidates.find((candidate) => isExecutable(candidate));
  if (!found) throw new Error(`${name} is not on PATH; \`npx keelson doctor\` says which package has it`);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
