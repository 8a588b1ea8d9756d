import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { StackEngine } from './stack-engine.ts';

/** What matters here of a state's export; the rest goes back as it came, its secrets sealed. */
const state = z.looseObject({
  deployment: z.looseObject({
    pending_operations: z
      .array(z.looseObject({ type: z.string(), resource: z.looseObject({ urn: z.string() }) }))
      .nullish(),
  }),
});

/**
 * Takes operations that an engine began and never ended off the state: whatever became of them has been looked for by
 * now, or is looked for by our own providers when they make it. The engine itself would keep them, and warn, for ever.
 */
export async function settlePending(engine: StackEngine): Promise<number> {
  const exported = await engine.run(['stack', 'export']);
  if (exported.code !== 0) throw new Error(`The state of ${engine.stack} cannot be read: ${exported.stderr}`);
  const before = state.parse(JSON.parse(exported.stdout));
  const count = before.deployment.pending_operations?.length ?? 0;
  if (count === 0) return 0;
  const folder = mkdtempSync(join(tmpdir(), 'keelson-state-'));
  try {
    const file = join(folder, 'state.json');
    const settled = { ...before, deployment: { ...before.deployment, pending_operations: [] } };
    writeFileSync(file, JSON.stringify(settled), { mode: 0o600 });
    const { code, stderr } = await engine.run(['stack', 'import', '--file', file]);
    if (code !== 0) throw new Error(`The state of ${engine.stack} cannot be settled: ${stderr}`);
    return count;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
