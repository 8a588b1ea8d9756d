import type { z } from 'zod';
import type { SupervisorClient } from '../../targets/local/client.ts';
import type { StackFolders } from '../../targets/local/folders.ts';
import type { Properties } from './wire.ts';

/** What a resource may use: the folders of its stack and the way to the stack's supervisor. */
export interface ProviderContext {
  readonly folders: StackFolders;
  readonly supervisor: SupervisorClient;
  /** Data folders and credentials go too when a resource is deleted (KEELSON_WIPE=1). */
  readonly wipe: boolean;
}

/** A difference between the recorded outputs and what is really there. */
export interface Drift {
  /** The output that shows it. */
  readonly property: string;
  /** Why, in a few words; ends up in the log of the plan. */
  readonly reason: string;
}

/**
 * One kind of resource. `drift` and `planned` are all that a preview calls, and neither may write; the others are only
 * reached by an update that was asked for.
 */
export interface ResourceHandler<Inputs = unknown> {
  readonly schema: z.ZodType<Inputs>;
  /** Outputs that are sealed in the state. */
  readonly secretOutputs: readonly string[];
  /** Inputs whose change needs a new resource. */
  readonly replaceOn: readonly string[];
  drift(context: ProviderContext, inputs: Inputs, outputs: Properties): Promise<readonly Drift[]>;
  /** Outputs as far as they are known before the work is done; the rest is `UNKNOWN`. `inputs` may hold unknowns. */
  planned(context: ProviderContext, inputs: Properties, before: Properties | undefined): Promise<Properties>;
  create(context: ProviderContext, inputs: Inputs): Promise<{ id: string; outputs: Properties }>;
  update(context: ProviderContext, inputs: Inputs, before: Properties): Promise<Properties>;
  /** What is really there, or undefined when nothing is. */
  read(context: ProviderContext, inputs: Inputs, before: Properties): Promise<Properties | undefined>;
  delete(context: ProviderContext, inputs: Inputs): Promise<void>;
}

/** The resource exists but is not healthy: the engine keeps what is recorded and tries to mend it at the next update. */
export class InitializationError extends Error {
  override readonly name = 'InitializationError';
  readonly id: string;
  readonly outputs: Properties;

  constructor(id: string, outputs: Properties, reason: string) {
    super(reason);
    this.id = id;
    this.outputs = outputs;
  }
}
