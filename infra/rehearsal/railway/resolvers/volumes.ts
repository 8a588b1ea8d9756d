import type { Resolvers } from '../graphql.ts';
import type { RailwayWorld, VolumeState } from '../world.ts';
import { edges, found, type Input, text } from './values.ts';

export function volumeView({ id, instance }: VolumeState): object {
  const node = { ...instance, isPendingDeletion: false };
  return { id, name: `volume-${id.slice(0, 8)}`, volumeInstances: edges([node]) };
}

export function volumeResolvers(world: RailwayWorld): Resolvers {
  const volumeOf = (id: unknown): VolumeState => found(world.volumes.get(text(id)), 'Volume');
  const byInstance = (id: unknown): VolumeState =>
    found(
      [...world.volumes.values()].find(({ instance }) => instance.id === id),
      'Volume instance',
    );
  return {
    volumeCreate: ({ input }) => {
      const { projectId, environmentId, serviceId, mountPath, region } = input as Input;
      const mounted = [...world.volumes.values()].some(({ instance }) => instance.serviceId === serviceId);
      if (mounted) throw new Error('The service already has a volume: limit reached');
      const place = {
        environmentId: text(environmentId),
        serviceId: text(serviceId),
        mountPath: text(mountPath),
        region: region === undefined ? null : text(region),
      };
      const volume: VolumeState = {
        id: world.newId(),
        projectId: text(projectId),
        instance: { id: world.newId(), ...place },
        backups: [],
      };
      world.volumes.set(volume.id, volume);
      return volumeView(volume);
    },
    volumeInstanceUpdate: ({ volumeId, input }) => {
      Object.assign(volumeOf(volumeId).instance, input);
      return true;
    },
    volumeDelete: ({ volumeId }) => world.volumes.delete(volumeOf(volumeId).id),
    volumeInstanceBackupScheduleList: ({ volumeInstanceId }) =>
      byInstance(volumeInstanceId).backups.map((kind) => ({ kind })),
    volumeInstanceBackupScheduleUpdate: ({ volumeInstanceId, kinds }) => {
      byInstance(volumeInstanceId).backups = [...(kinds as string[])];
      return true;
    },
  };
}
