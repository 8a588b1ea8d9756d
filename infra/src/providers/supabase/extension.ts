import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { projectPath, ref, type SupabaseApi } from './api.ts';

const inputs = z.strictObject({
  ref,
  name: z.string().regex(/^[a-z_][a-z0-9_-]*$/, 'must be the name of an extension'),
});
type ExtensionInputs = z.infer<typeof inputs>;

function query<Answer>(
  api: SupabaseApi,
  what: string,
  reference: string,
  sql: string,
  answer: z.ZodType<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  // `if not exists`, and reads: doing it twice is doing it once.
  return api.run({
    what,
    method: 'POST',
    path: projectPath(reference, '/database/query'),
    body: { query: sql },
    answer,
    repeatable: true,
    signal,
  });
}

/** An extension of PostgreSQL, e.g. pgvector. Deleting the resource leaves it: columns may use it. */
export const extensionHandler: ResourceHandler<SupabaseApi, ExtensionInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['ref', 'name'],
  planned: async () => ({}),
  async create(api, { ref: reference, name }, { signal }) {
    // The name is checked above to be a plain one; an identifier can be no parameter.
    await query(
      api,
      `create the extension ${name}`,
      reference,
      `create extension if not exists "${name}" with schema extensions`,
      z.unknown(),
      signal,
    );
    return { id: `${reference}/${name}`, outputs: {} };
  },
  update: async (_api, _wanted, before) => before,
  async read(api, { ref: reference, name }, before, { signal }) {
    const rows = await query(
      api,
      'list the extensions',
      reference,
      'select extname as name from pg_extension',
      z.array(z.object({ name: z.string() })),
      signal,
    );
    return rows.some((row) => row.name === name) ? { outputs: before } : undefined;
  },
  delete: async () => undefined,
};
