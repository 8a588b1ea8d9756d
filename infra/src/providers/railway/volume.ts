import { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN } from '../plugin/wire.ts';
import { makeOnce } from '../vendor/make-once.ts';
import type { RailwayApi } from './api.ts';
import * as operations from './operations.ts';
import { deleted } from './project.ts';

const inputs = z.strictObject({
  projectId: z.string().min(1),
  environmentId: z.string().min(1),
  serviceId: z.string().min(1),
  mountPath: z.string().startsWith('/'),
  region: z.string().min(1),
  backups: z.array(z.enum(['DAILY', 'WEEKLY', 'MONTHLY'])),
});
type VolumeInputs = z.infer<typeof inputs>;

const edges = <Node extends z.ZodType>(node: Node) => z.object({ edges: z.array(z.object({ node })) });
const place = z.object({
  id: z.string(),
  environmentId: z.string(),
  serviceId: z.string().nullable(),
  mountPath: z.string(),
  region: z.string().nullable(),
  isPendingDeletion: z.boolean(),
});
const volumes = z.object({
  project: z.object({ volumes: edges(z.object({ id: z.string(), name: z.string(), volumeInstances: edges(place) })) }),
});

interface Found {
  readonly id: string;
  readonly instance: z.infer<typeof place>;
}

/** A volume has its key in where it is mounted: service, environment and path. */
async function all(api: RailwayApi, { projectId }: VolumeInputs, signal: AbortSignal): Promise<readonly Found[]> {
  const answer = await api.find({
    what: 'list the volumes of the project',
    query: operations.volumesQuery,
    variables: { id: projectId },
    answer: volumes,
    repeatable: true,
    signal,
  });
  return (answer?.project.volumes.edges ?? []).flatMap(({ node }) =>
    node.volumeInstances.edges
      .filter(({ node: instance }) => !instance.isPendingDeletion)
      .map(({ node: instance }) => ({ id: node.id, instance })),
  );
}

function isWanted({ instance }: Found, wanted: VolumeInputs): boolean {
  return instance.serviceId === wanted.serviceId && instance.environmentId === wanted.environmentId;
}

async function setBackups(
  api: RailwayApi,
  { instance }: Found,
  kinds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await api.run({
    what: 'set the backups of the volume',
    query: operations.backupScheduleUpdate,
    variables: { volumeInstanceId: instance.id, kinds },
    answer: z.object({ volumeInstanceBackupScheduleUpdate: z.literal(true) }),
    repeatable: true,
    signal,
  });
}

async function backupsOf(api: RailwayApi, { instance }: Found, signal: AbortSignal): Promise<string[]> {
  const { volumeInstanceBackupScheduleList: list } = await api.run({
    what: 'read the backups of the volume',
    query: operations.backupScheduleQuery,
    variables: { volumeInstanceId: instance.id },
    answer: z.object({ volumeInstanceBackupScheduleList: z.array(z.object({ kind: z.string() })) }),
    repeatable: true,
    signal,
  });
  return list.map(({ kind }) => kind);
}

/** A disk of a service that keeps files: the log of the simulated venue. */
export const volumeHandler: ResourceHandler<RailwayApi, VolumeInputs> = {
  schema: inputs,
  secretOutputs: [],
  replaceOn: ['projectId', 'environmentId', 'serviceId', 'region'],
  planned: async (_api, _wanted, before) => ({ volumeId: before?.['volumeId'] ?? UNKNOWN }),
  async create(api, wanted, { signal }) {
    const { backups, ...input } = wanted;
    const find = async (): Promise<Found | undefined> =>
      (await all(api, wanted, signal)).find((one) => isWanted(one, wanted));
    const made = await makeOnce(
      api.pace,
      find,
      async () => {
        await api.run({
          what: 'create the volume',
          query: operations.volumeCreate,
          variables: { input },
          answer: z.object({ volumeCreate: z.object({ id: z.string() }) }),
          repeatable: false,
          signal,
        });
        const found = await find();
        if (!found) throw new Error('Railway made a volume, and does not list it; run the command again');
        return found;
      },
      signal,
    );
    await setBackups(api, made, backups, signal);
    return { id: made.id, outputs: { volumeId: made.id } };
  },
  async update(api, { environmentId, mountPath, ...wanted }, before, { id, signal }) {
    await api.run({
      what: 'change the volume',
      query: operations.volumeInstanceUpdate,
      variables: { volumeId: id, environmentId, input: { mountPath } },
      answer: z.object({ volumeInstanceUpdate: z.literal(true) }),
      repeatable: true,
      signal,
    });
    const found = (await all(api, { environmentId, mountPath, ...wanted }, signal)).find((one) => one.id === id);
    if (found) await setBackups(api, found, wanted.backups, signal);
    return before;
  },
  async read(api, wanted, before, { id, signal }) {
    const found = (await all(api, wanted, signal)).find((one) => one.id === id && isWanted(one, wanted));
    if (!found) return undefined;
    const { mountPath, region } = found.instance;
    const backups = await backupsOf(api, found, signal);
    return { inputs: { ...wanted, mountPath, region: region ?? wanted.region, backups }, outputs: before };
  },
  delete: (api, _wanted, _before, work) =>
    deleted(api, 'delete the volume', operations.volumeDelete, { volumeId: work.id }, work),
};
