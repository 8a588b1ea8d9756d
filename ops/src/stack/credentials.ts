import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { exitCode, Failure } from '../framework/failure.ts';
import type { StackFolders } from './folders.ts';

const credentials = z.object({
  databaseAdminUrl: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  auth: z.object({
    privateJwk: z.record(z.string(), z.unknown()),
    jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
    issuer: z.string(),
    audience: z.string(),
  }),
  demo: z.object({ webhookKey: z.string(), webhookPathId: z.string() }),
});
export type Credentials = z.infer<typeof credentials>;

/** The secrets of a local stack, made by its first start. Errors name the file and the bad keys, never a value. */
export function readCredentials(folders: StackFolders, stack: string): Credentials {
  let text: string;
  try {
    text = readFileSync(folders.credentialsFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Failure(`Stack ${stack} has no credentials on this machine`, {
      code: exitCode.noStack,
      fix: 'npm start',
    });
  }
  const parsed = credentials.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new Failure(`${folders.credentialsFile} lacks or garbles: ${names}`, {
    code: exitCode.usage,
    fix: 'npm start writes it anew from the state of the stack',
  });
}
