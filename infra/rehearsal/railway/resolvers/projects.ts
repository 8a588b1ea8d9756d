import type { Resolvers } from '../graphql.ts';
import type { ProjectState, RailwayWorld } from '../world.ts';
import { edges, found, type Input, text } from './values.ts';
import { volumeView } from './volumes.ts';

/** Projects and their environments. */
export function projectResolvers(world: RailwayWorld, projectOf: (id: unknown) => ProjectState): Resolvers {
  const view = (project: ProjectState): object => ({
    ...project,
    prDeploys: false,
    isPublic: false,
    deletedAt: null,
    environments: edges(project.environments.map(environmentView)),
    services: edges([...world.services.values()].filter(({ projectId }) => projectId === project.id)),
    volumes: edges([...world.volumes.values()].filter(({ projectId }) => projectId === project.id).map(volumeView)),
  });
  return {
    projects: ({ workspaceId }) =>
      edges([...world.projects.values()].filter((one) => one.workspaceId === workspaceId).map(view)),
    project: ({ id }) => view(projectOf(id)),
    projectCreate: ({ input }) => {
      const { name, description, workspaceId, defaultEnvironmentName } = input as Input;
      const project: ProjectState = {
        id: world.newId(),
        workspaceId: text(workspaceId),
        name: text(name),
        description: description === undefined ? null : text(description),
        environments: [{ id: world.newId(), name: text(defaultEnvironmentName ?? 'production') }],
      };
      world.projects.set(project.id, project);
      return view(project);
    },
    projectUpdate: ({ id, input }) => {
      const project = projectOf(id);
      const { name, description } = input as Partial<Record<string, string>>;
      project.name = name ?? project.name;
      project.description = description ?? project.description;
      return view(project);
    },
    projectDelete: ({ id }) => {
      world.removeProject(projectOf(id).id);
      return true;
    },
    environments: ({ projectId }) => edges(projectOf(projectId).environments.map(environmentView)),
    environmentCreate: ({ input }) => {
      const { projectId, name } = input as Input;
      const project = projectOf(projectId);
      if (project.environments.some((one) => one.name === name))
        throw new Error('An environment with this name already exists');
      const environment = { id: world.newId(), name: text(name) };
      project.environments.push(environment);
      return environmentView(environment);
    },
    environmentRename: ({ id, input }) => {
      const environment = found(
        [...world.projects.values()].flatMap((one) => one.environments).find((one) => one.id === id),
        'Environment',
      );
      environment.name = text((input as Input)['name']);
      return environmentView(environment);
    },
    environmentDelete: ({ id }) => {
      const project = found(
        [...world.projects.values()].find((one) => one.environments.some((each) => each.id === id)),
        'Environment',
      );
      project.environments.splice(
        project.environments.findIndex((one) => one.id === id),
        1,
      );
      return true;
    },
    environment: ({ id }) => ({ config: configOf(world, text(id)) }),
  };
}

function environmentView({ id, name }: { id: string; name: string }): object {
  return { id, name, isEphemeral: false };
}

/** The environment's declarative form: where replicas by region are shown. */
function configOf(world: RailwayWorld, environmentId: string): object {
  const services = [...world.instances]
    .filter(([key]) => key.endsWith(`/${environmentId}`))
    .map(([key, { settings }]) => [
      key.split('/')[0],
      { deploy: { multiRegionConfig: settings['multiRegionConfig'] ?? null } },
    ]);
  return { services: Object.fromEntries(services) as object };
}
