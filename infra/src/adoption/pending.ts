import { z } from 'zod';
import type { StackEngine } from './stack-engine.ts';

/** What matters here of a state's export. */
const state = z.object({
  deployment: z.object({
    resources: z.array(z.object({ urn: z.string(), type: z.string() })).default([]),
    pending_operations: z.array(z.object({ type: z.string() })).nullish(),
  }),
});

/**
 * Takes creates that an engine began and never ended off the state: whatever became of them has been looked for by now, or
 * is looked for by our own providers when they make it. The engine itself would keep them, and warn, for ever. It is the
 * engine that does it, under the stack's lock: a state written by us could be older than the one that it replaces.
 */
export async function settlePending(engine: StackEngine): Promise<void> {
  const exported = await engine.run(['stack', 'export']);
  if (exported.code !== 0) throw new Error(`The state of ${engine.stack} cannot be read: ${exported.stderr}`);
  const { resources, pending_operations: pending } = state.parse(JSON.parse(exported.stdout)).deployment;
  const root = resources.find(({ type }) => type === 'pulumi:pulumi:Stack');
  if (!root || !pending || pending.length === 0) return;
  // A refresh of the root alone asks no vendor.
  const words = ['refresh', '--clear-pending-creates', '--target', root.urn, '--yes', '--skip-preview'];
  const { code, stdout, stderr } = await engine.run(words);
  if (code !== 0) throw new Error(`The state of ${engine.stack} cannot be settled:\n${stdout}\n${stderr}`);
}
