import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN } from '../plugin/wire.ts';
import { projectPath, ref, type SupabaseApi } from './api.ts';

const inputs = z.strictObject({
  ref,
  name: z.string().regex(/^[a-z_][a-z0-9_]{3,63}$/, 'must be 4 to 64 lower-case letters, digits and underscores'),
  type: z.enum(['publishable', 'secret']),
});
type KeyInputs = z.infer<typeof inputs>;

const key = z.object({
  id: z.string().nullish(),
  name: z.string(),
  type: z.string().nullish(),
  api_key: z.string().nullish(),
});

function keysPath(reference: string, rest = ''): string {
  return projectPath(reference, `/api-keys${rest}`);
}

async function named(api: SupabaseApi, wanted: KeyInputs, signal: AbortSignal): Promise<string[]> {
  const all = await api.find({
    what: 'list the API keys',
    method: 'GET',
    path: keysPath(wanted.ref),
    answer: z.array(key),
    repeatable: true,
    signal,
  });
  return (all ?? [])
    .filter(({ name, type }) => name === wanted.name && type === wanted.type)
    .flatMap(({ id }) => id ?? []);
}

async function revoke(api: SupabaseApi, wanted: KeyInputs, id: string, signal: AbortSignal): Promise<void> {
  await api.do({
    what: `revoke the API key "${wanted.name}"`,
    method: 'DELETE',
    path: keysPath(wanted.ref, `/${encodeURIComponent(id)}`),
    repeatable: true,
    gone: true,
    signal,
  });
}

/** An API key of a project. A secret one is shown once: one of its name whose value nobody has is revoked first. */
export const apiKeyHandler: ResourceHandler<SupabaseApi, KeyInputs> = {
  schema: inputs,
  secretOutputs: ['key'],
  replaceOn: ['ref', 'name', 'type'],
  planned: async (_api, _wanted, before) => ({ key: before?.['key'] ?? UNKNOWN }),
  async create(api, wanted, { signal }) {
    for (const id of await named(api, wanted, signal)) await revoke(api, wanted, id, signal);
    const made = await api.run({
      what: `create the API key "${wanted.name}"`,
      method: 'POST',
      path: keysPath(wanted.ref, '?reveal=true'),
      body: { name: wanted.name, type: wanted.type },
      answer: key.extend({ id: z.string(), api_key: z.string() }),
      repeatable: false,
      signal,
    });
    return { id: made.id, outputs: { key: made.api_key } };
  },
  update: async (_api, _wanted, before) => before,
  read: async (api, wanted, before, { id, signal }) =>
    (await named(api, wanted, signal)).includes(id) ? { outputs: before } : undefined,
  delete: (api, wanted, _before, { id, signal }) => revoke(api, wanted, id, signal),
};
