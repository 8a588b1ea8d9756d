import type { z } from 'zod';
import { hasUnknown, type Properties } from '../providers/plugin/wire.ts';

/** Something at a vendor that has the natural key of a resource that is to be made. */
export interface Found {
  /** As `pulumi import` takes it. */
  readonly importId: string;
  /** As the state has it. */
  readonly stateId: string;
  /** Whether it carries what only this environment's program gives; false where somebody else may have made it. */
  readonly ours: boolean;
  /** What it is, for a person: `the DNS record CNAME app.example.com`. */
  readonly what: string;
  /** What a person does when it is not ours. */
  readonly fix: string;
}

/** How resources of one type are found again at their vendor. */
export interface LookUp {
  /** Whether the planned inputs say enough to look: a key that is not known yet belongs to something never made. */
  readonly canLook: (inputs: Properties) => boolean;
  readonly find: (inputs: Properties) => Promise<readonly Found[]>;
}

/** By type token. A type that is absent needs none: its vendor overwrites (a PUT), or our own provider looks by itself. */
export type LookUps = Readonly<Record<string, LookUp>>;

/** A look-up by the inputs that `key` names; other inputs may still be unknown. */
export function lookUpBy<Shape extends z.ZodRawShape>(
  key: z.ZodObject<Shape>,
  find: (key: z.output<z.ZodObject<Shape>>, inputs: Properties) => Promise<readonly Found[]>,
): LookUp {
  const names = Object.keys(key.shape);
  return {
    canLook: (inputs) => names.every((name) => inputs[name] !== undefined && !hasUnknown(inputs[name])),
    find: async (inputs) => find(key.parse(Object.fromEntries(names.map((name) => [name, inputs[name]]))), inputs),
  };
}
