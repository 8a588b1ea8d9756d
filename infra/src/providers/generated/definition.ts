import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ProviderDefinition } from '../plugin/definition.ts';
import { plain, type ResourceHandler } from '../plugin/handler.ts';
import { UNKNOWN } from '../plugin/wire.ts';

const inputs = z.strictObject({
  bytes: z.int().min(16).max(64),
  /** Another text makes another password: `keelson rotate` counts it up. */
  generation: z.string().min(1),
});

/** A random password in hexadecimal digits, which fit into addresses and files as they are. It lives in the state, sealed. */
const passwordHandler: ResourceHandler<null, z.infer<typeof inputs>> = {
  schema: inputs,
  secretOutputs: ['value'],
  replaceOn: ['bytes', 'generation'],
  planned: async (_none, _wanted, before) => ({ value: before?.['value'] ?? UNKNOWN }),
  create: async (_none, { bytes }) => ({
    id: randomBytes(8).toString('hex'),
    outputs: { value: randomBytes(bytes).toString('hex') },
  }),
  update: async (_none, _wanted, before) => before,
  read: async (_none, _wanted, before) => ({ outputs: before }),
  delete: async () => undefined,
};

/** The package `generated`: values that nobody chooses. */
export const generatedProvider: ProviderDefinition<null> = {
  name: 'generated',
  version: '0.1.0',
  types: { 'generated:index:Password': plain(passwordHandler) },
  checkConfig: async () => [],
  configure: () => null,
  cannotImport: 'a generated value exists in the state only',
};
