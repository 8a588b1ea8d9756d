import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { exitCode, Failure } from '../framework/failure.ts';

/** Tools that build and push OCI images, in the order of preference. */
const TOOLS = ['docker', 'podman', 'buildah'] as const;
export type ContainerTool = (typeof TOOLS)[number];

function isIn(folder: string, tool: string): boolean {
  try {
    accessSync(join(folder, tool), constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the next folder.
    return false;
  }
}

/** The first tool on the path; a Failure with the fix when there is none. */
export function containerTool(environment: NodeJS.ProcessEnv): ContainerTool {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const tool = TOOLS.find((name) => folders.some((folder) => isIn(folder, name)));
  if (tool) return tool;
  throw new Failure(`No tool that builds images is on the path (${TOOLS.join(', ')})`, {
    code: exitCode.usage,
    fix: 'install Docker, Podman or Buildah; or let the workflow in .github/ build the image',
  });
}

/** Words that build the image of this clone. Cloud machines are amd64, whatever this one is. */
export function buildWords(tool: ContainerTool, tag: string): readonly string[] {
  const verb = tool === 'buildah' ? 'bud' : 'build';
  return [verb, '--platform', 'linux/amd64', '--tag', tag, '.'];
}

const DIGEST = /sha256:[0-9a-f]{64}/;

/**
 * The digest that a push told: `latest: digest: sha256:… size: 1` of docker; podman and buildah write it into a file.
 * Throws a Failure when it told none, because a tag must not take its place.
 */
export function digestOf(told: string): string {
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(told)?.[1] ?? DIGEST.exec(told)?.[0];
  if (digest) return digest;
  throw new Failure('The push told no digest', { fix: 'push again; the registry must speak OCI distribution 1.0' });
}

/** `registry:5000/name:tag` without the tag. Throws a Failure for a name without a registry. */
export function repositoryOf(name: string): string {
  const parts = /^(?<repository>[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+?)(:[\w.-]+)?$/.exec(name)?.groups;
  if (parts?.['repository']) return parts['repository'];
  throw new Failure(`"${name}" is no name of an image in a registry`, {
    code: exitCode.usage,
    fix: 'give it as registry/name, e.g. ghcr.io/acme/keelson',
  });
}
