import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkpointOf, type StateFiles } from './engine-files.ts';
import { guardedEnvironment } from './engine-words.ts';
import { repositoryFolder, stateFolder } from './targets/local/folders.ts';
import { readToolchain, type Toolchain } from './targets/local/toolchain.ts';

/** The engine of this checkout: which program, with which environment, on which state. */
export interface Engine {
  readonly program: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Project folder, where Pulumi.yaml is. */
  readonly project: string;
  /** Folder in which stacks are made, and where the files with their own configuration stay. */
  readonly configFolder: string;
  /** The file with a stack's own configuration. */
  readonly configFile: (stack: string) => string;
  /** Whether a stack is known to be there; false where only the engine can look, in a bucket. */
  readonly hasStack: (stack: string) => boolean;
  /** False where PULUMI_BACKEND_URL keeps the state elsewhere, e.g. in a bucket that a team shares. */
  readonly ownState: boolean;
  /** Who seals the secrets of a new stack: a passphrase, or what KEELSON_SECRETS_PROVIDER names (awskms://…). */
  readonly secretsWords: readonly string[];
  /** Where the engine looks for Pulumi.yaml when a person talks to it. */
  readonly folderWords: readonly string[];
  /** The files of a stack's state; undefined where they are not on this machine. */
  readonly stateFiles: (stack: string) => StateFiles | undefined;
  /** Where the engine notes who updates a stack. */
  readonly lockFolder: (stack: string) => string | undefined;
}

const PROJECT_NAME = 'keelson';

/**
 * A random passphrase that seals the secrets in the state; made once, readable by its owner only. Of two commands that find
 * none, the one whose whole file gets the name first has made it.
 */
function passphraseFile(state: string): string {
  const file = join(state, 'passphrase');
  if (existsSync(file)) return file;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return file;
}

/**
 * With the state elsewhere, a stack's configuration must not land in the repository. `pulumi stack init` writes it
 * beside the Pulumi.yaml that it finds, so it gets one there.
 */
function movedProject(state: string): string {
  const folder = join(state, 'project');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const plugins = join(repositoryFolder, 'infra', 'bin', 'plugins');
  const names = readdirSync(plugins).map((file) => file.replace('pulumi-resource-', ''));
  // JSON is YAML: a path may have any character.
  const providers = names.map((name) => ({ name, path: plugins }));
  const file = { name: PROJECT_NAME, runtime: 'nodejs', plugins: { providers } };
  // Another command may read it at any moment.
  const draft = join(folder, `Pulumi.yaml.${process.pid}`);
  writeFileSync(draft, `${JSON.stringify(file)}\n`);
  renameSync(draft, join(folder, 'Pulumi.yaml'));
  return folder;
}

function searchPath(toolchain: Toolchain): string {
  const ours = toolchain.languageHost === 'ours' ? [join(repositoryFolder, 'infra', 'bin', 'language-host')] : [];
  return [...ours, process.env['PATH'] ?? ''].join(delimiter);
}

/**
 * What every engine here is started with, also that of a rehearsal: no questions to the network, this checkout's Node and
 * its host for the program. What the caller has set stays, before what is `usual`.
 */
export function environmentOf(toolchain: Toolchain, usual: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    ...usual,
    ...guardedEnvironment(process.env),
    KEELSON_NODE: toolchain.node,
    PATH: searchPath(toolchain),
  };
}

/**
 * A folder as the engine's backend. Without `metadata=skip` it writes a file of attributes beside each of its own, and that
 * one not in a single step: an engine that is killed in between leaves it empty, and no engine reads the state any more.
 */
export function stateUrl(folder: string): string {
  return `file://${folder.split('/').map(encodeURIComponent).join('/')}?metadata=skip`;
}

/** The folder of the state: ours, or the one that the caller's PULUMI_BACKEND_URL names; undefined for a bucket. */
function backendFolder(own: string): string | undefined {
  const url = process.env['PULUMI_BACKEND_URL'];
  if (url === undefined) return own;
  return url.startsWith('file:///') ? fileURLToPath(new URL(url)) : undefined;
}

/** Prepares the state folder (backend, passphrase) and says how to start the engine. What the caller has set stays. */
export function prepareEngine(): Engine {
  const state = stateFolder();
  const toolchain = readToolchain(state);
  const backend = join(state, 'pulumi');
  mkdirSync(backend, { recursive: true, mode: 0o700 });
  const folder = backendFolder(backend);
  const project = process.env['KEELSON_PROJECT_DIR'] ?? repositoryFolder;
  const configFolder = process.env['KEELSON_STATE_DIR'] === undefined ? project : movedProject(state);
  return {
    program: toolchain.pulumi.path,
    project,
    configFolder,
    configFile: (stack) => join(configFolder, `Pulumi.${stack}.yaml`),
    stateFiles: (stack) => (folder === undefined ? undefined : { folder, project: PROJECT_NAME, stack }),
    lockFolder: (stack) => folder && join(folder, '.pulumi', 'locks', 'organization', PROJECT_NAME, stack),
    ownState: process.env['PULUMI_BACKEND_URL'] === undefined,
    secretsWords: ['--secrets-provider', process.env['KEELSON_SECRETS_PROVIDER'] ?? 'passphrase'],
    folderWords: configFolder === project ? [] : ['-C', configFolder],
    hasStack: (stack) => folder !== undefined && existsSync(checkpointOf({ folder, project: PROJECT_NAME, stack })),
    environment: {
      ...environmentOf(toolchain, {
        PULUMI_BACKEND_URL: stateUrl(backend),
        PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(state),
        // The state has one copy per update in its history; a second one would only cost time.
        PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: 'true',
      }),
      // Absolute: the program and the plugin run in other folders than the caller.
      ...(process.env['KEELSON_STATE_DIR'] === undefined ? {} : { KEELSON_STATE_DIR: state }),
    },
  };
}
