import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { makeOnce } from '../vendor/make-once.ts';
import { projectPath, ref, type SupabaseApi } from './api.ts';

const inputs = z.strictObject({
  ref,
  /** Asymmetric only: services verify tokens by the public half, and hold no secret. */
  algorithm: z.enum(['ES256', 'EdDSA', 'RS256']),
});
type KeyInputs = z.infer<typeof inputs>;

const PATH = '/config/auth/signing-keys';
const key = z.object({
  id: z.string(),
  algorithm: z.string(),
  status: z.enum(['in_use', 'previously_used', 'revoked', 'standby']),
});
type Key = z.infer<typeof key>;

async function all(api: SupabaseApi, { ref: reference }: KeyInputs, signal: AbortSignal): Promise<readonly Key[]> {
  const found = await api.find({
    what: 'list the keys that sign access tokens',
    method: 'GET',
    path: projectPath(reference, PATH),
    answer: z.object({ keys: z.array(key) }),
    repeatable: true,
    signal,
  });
  return found?.keys ?? [];
}

async function setStatus(
  api: SupabaseApi,
  reference: string,
  id: string,
  status: Key['status'],
  signal: AbortSignal,
): Promise<void> {
  await api.do({
    what: `make the signing key ${status}`,
    method: 'PATCH',
    path: projectPath(reference, `${PATH}/${encodeURIComponent(id)}`),
    body: { status },
    repeatable: true,
    gone: true,
    signal,
  });
}

/** The key that signs access tokens. A new one is put in use; the one before still verifies what it signed. */
export const signingKeyHandler: ResourceHandler<SupabaseApi, KeyInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['ref', 'algorithm'],
  planned: async () => ({}),
  async create(api, wanted, { signal }) {
    const usable = async (): Promise<Key | undefined> =>
      (await all(api, wanted, signal)).find(
        ({ algorithm, status }) => algorithm === wanted.algorithm && (status === 'in_use' || status === 'standby'),
      );
    const made = await makeOnce(
      api.pace,
      usable,
      () =>
        api.run({
          what: `create a signing key (${wanted.algorithm})`,
          method: 'POST',
          path: projectPath(wanted.ref, PATH),
          body: { algorithm: wanted.algorithm, status: 'standby' },
          answer: key,
          repeatable: false,
          signal,
        }),
      signal,
    );
    if (made.status !== 'in_use') await setStatus(api, wanted.ref, made.id, 'in_use', signal);
    return { id: made.id, outputs: {} };
  },
  update: async (_api, _wanted, before) => before,
  async read(api, wanted, _before, { id, signal }) {
    const found = (await all(api, wanted, signal)).find((candidate) => candidate.id === id);
    return found?.status === 'in_use' ? { outputs: {} } : undefined;
  },
  // A project needs a key in use; the next one, or the end of the project, takes its place.
  delete: async () => undefined,
};
