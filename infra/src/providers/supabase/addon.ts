import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { waitUntil } from '../vendor/wait-until.ts';
import { projectPath, ref, type SupabaseApi } from './api.ts';

const inputs = z.strictObject({
  ref,
  type: z.enum(['compute_instance', 'pitr', 'ipv4', 'custom_domain']),
  /** `ci_small`, `pitr_7`, `ipv4_default`, … */
  variant: z.string().regex(/^(ci|pitr|ipv4|cd)_[a-z0-9_]+$/, 'must be a variant such as ci_small or pitr_7'),
});
type AddonInputs = z.infer<typeof inputs>;

const addons = z.object({
  selected_addons: z.array(z.object({ type: z.string(), variant: z.object({ id: z.string() }) })),
});
const status = z.object({ status: z.string() });

async function selected(
  api: SupabaseApi,
  { ref: reference, type }: AddonInputs,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await api.find({
    what: 'read what the project has booked',
    method: 'GET',
    path: projectPath(reference, '/billing/addons'),
    answer: addons,
    repeatable: true,
    signal,
  });
  return found?.selected_addons.find((addon) => addon.type === type)?.variant.id;
}

async function select(api: SupabaseApi, wanted: AddonInputs, signal: AbortSignal): Promise<void> {
  await api.do({
    what: `book ${wanted.variant}`,
    method: 'PATCH',
    path: projectPath(wanted.ref, '/billing/addons'),
    body: { addon_type: wanted.type, addon_variant: wanted.variant },
    repeatable: true,
    signal,
  });
  // Another size restarts the database; whatever comes next needs it.
  await waitUntil(api.pace, {
    until: 'the project is healthy again',
    every: '5 seconds',
    atMost: '10 minutes',
    look: () =>
      api.run({
        what: 'read the project',
        method: 'GET',
        path: projectPath(wanted.ref),
        answer: status,
        repeatable: true,
        signal,
      }),
    done: (now) => now.status === 'ACTIVE_HEALTHY',
    describe: (now) => now.status,
    signal,
  });
}

/** Something that is booked for a project and paid: compute, point-in-time recovery, an IPv4 address. */
export const addonHandler: ResourceHandler<SupabaseApi, AddonInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['ref', 'type'],
  planned: async () => ({}),
  async create(api, wanted, { signal }) {
    await select(api, wanted, signal);
    return { id: `${wanted.ref}/${wanted.type}`, outputs: {} };
  },
  async update(api, wanted, _before, { signal }) {
    await select(api, wanted, signal);
    return {};
  },
  async read(api, wanted, _before, { signal }) {
    const variant = await selected(api, wanted, signal);
    return variant === undefined ? undefined : { inputs: { ...wanted, variant }, outputs: {} };
  },
  delete: (api, { ref: reference, variant }, _before, { signal }) =>
    api.do({
      what: `cancel ${variant}`,
      method: 'DELETE',
      path: projectPath(reference, `/billing/addons/${variant}`),
      repeatable: true,
      gone: true,
      signal,
    }),
};
