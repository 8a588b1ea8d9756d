import type { z } from 'zod';
import type { Properties } from './wire.ts';

/** A difference between the recorded outputs and what is really there. */
export interface Drift {
  /** The output that shows it. */
  readonly property: string;
  /** Why, in a few words; ends up in the log of the plan. */
  readonly reason: string;
}

/** A piece of work on one resource: which, and how long the engine gives it. */
export interface Work {
  readonly urn: string;
  /** Aborts when the engine is told to stop, or when the time of the operation is over. */
  readonly signal: AbortSignal;
  /** Tells the person who watches, in a sentence without secrets. */
  tell(message: string): Promise<void>;
}

/** What is really there. Without `inputs`, those that the program gave count as found. */
export interface Found {
  readonly outputs: Properties;
  readonly inputs?: Properties;
}

/** What an import found: the id is given where the state keeps another one than a person imports by. */
export interface Adopted extends Required<Found> {
  readonly id?: string;
}

/**
 * One kind of resource. `drift` and `planned` are all that a preview calls, and neither may write; the others are only
 * reached by an update that was asked for.
 */
export interface ResourceHandler<Context, Inputs = unknown> {
  readonly schema: z.ZodType<Inputs>;
  /** Outputs that are sealed in the state, beside those that echo a secret input. */
  readonly secretOutputs: readonly string[];
  /** Inputs whose change needs a new resource. */
  readonly replaceOn: readonly string[];
  /** Whether the new one is made before the old one goes; without it the old one goes first. */
  createsFirst?(context: Context): boolean;
  /** Where a look costs nothing, drift is part of every plan; where it costs requests, `refresh` finds it by `read`. */
  drift?(context: Context, inputs: Inputs, outputs: Properties): Promise<readonly Drift[]>;
  /** Outputs as far as they are known before the work is done; the rest is `UNKNOWN`. `inputs` may hold unknowns. */
  planned(context: Context, inputs: Properties, before: Properties | undefined): Promise<Properties>;
  create(context: Context, inputs: Inputs, work: Work): Promise<{ id: string; outputs: Properties }>;
  update(context: Context, inputs: Inputs, before: Properties, work: Work & { id: string }): Promise<Properties>;
  /** Undefined when nothing is there. */
  read(context: Context, inputs: Inputs, before: Properties, work: Work & { id: string }): Promise<Found | undefined>;
  /** What an id stands for, to take an existing resource into the state; absent where that makes no sense. */
  adopt?(context: Context, id: string, work: Work): Promise<Adopted | undefined>;
  delete(context: Context, inputs: Inputs, before: Properties, work: Work & { id: string }): Promise<void>;
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

/** Forgets the type of the inputs: the server parses them with the handler's own schema before it hands them over. */
export function plain<Context, Inputs>(handler: ResourceHandler<Context, Inputs>): ResourceHandler<Context> {
  return handler as unknown as ResourceHandler<Context>;
}
