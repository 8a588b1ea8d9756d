import type { SupervisorClient } from '../../targets/local/client.ts';
import type { StackFolders } from '../../targets/local/folders.ts';
import type { ResourceHandler } from '../plugin/handler.ts';

/** What a resource may use: the folders of its stack and the way to the stack's supervisor. */
export interface LocalContext {
  readonly folders: StackFolders;
  readonly supervisor: SupervisorClient;
  /** Data folders and credentials go too when a resource is deleted (KEELSON_WIPE=1). */
  readonly wipe: boolean;
}

/** One kind of resource on this machine. */
export type LocalHandler<Inputs> = ResourceHandler<LocalContext, Inputs>;
