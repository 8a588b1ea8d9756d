import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { makeOnce } from '../vendor/make-once.ts';
import { projectPath, ref, type SupabaseApi } from './api.ts';

const inputs = z.strictObject({ ref, region: z.string().min(1), number: z.int().min(1).max(5) });
type ReplicaInputs = z.infer<typeof inputs>;

/** The API has no list of replicas; the pooler shows one entry for each database. */
const databases = z.array(z.object({ identifier: z.string(), database_type: z.enum(['PRIMARY', 'READ_REPLICA']) }));

async function replicas(api: SupabaseApi, { ref: reference }: ReplicaInputs, signal: AbortSignal): Promise<string[]> {
  const found = await api.find({
    what: 'list the read replicas',
    method: 'GET',
    path: projectPath(reference, '/config/database/pooler'),
    answer: databases,
    repeatable: true,
    signal,
  });
  return (found ?? [])
    .filter((database) => database.database_type === 'READ_REPLICA')
    .map(({ identifier }) => identifier);
}

/** A copy of the database for reading: analytics do not hold up trading. The nth replica of a project. */
export const readReplicaHandler: ResourceHandler<SupabaseApi, ReplicaInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['ref', 'region', 'number'],
  planned: async () => ({}),
  async create(api, wanted, { signal }) {
    const nth = async (): Promise<string | undefined> => (await replicas(api, wanted, signal))[wanted.number - 1];
    const id = await makeOnce(
      api.pace,
      nth,
      async () => {
        await api.do({
          what: 'create a read replica',
          method: 'POST',
          path: projectPath(wanted.ref, '/read-replicas/setup'),
          body: { read_replica_region: wanted.region },
          repeatable: false,
          signal,
        });
        const made = await nth();
        if (made === undefined)
          throw new Error('Supabase made a read replica, and does not list it yet; run the command again');
        return made;
      },
      signal,
    );
    return { id, outputs: {} };
  },
  update: async (_api, _wanted, before) => before,
  read: async (api, wanted, before, { id, signal }) =>
    (await replicas(api, wanted, signal)).includes(id) ? { outputs: before } : undefined,
  delete: (api, { ref: reference }, _before, { id, signal }) =>
    api.do({
      what: 'remove a read replica',
      method: 'POST',
      path: projectPath(reference, '/read-replicas/remove'),
      body: { database_identifier: id },
      repeatable: true,
      gone: true,
      signal,
    }),
};
