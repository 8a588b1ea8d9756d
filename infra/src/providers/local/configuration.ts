import { z } from 'zod';
import { SupervisorClient } from '../../targets/local/client.ts';
import { foldersOf } from '../../targets/local/folders.ts';
import { isAlive } from '../../targets/local/identity.ts';
import { isFree, ownerOf } from '../../targets/local/ports.ts';
import { readJournal } from '../../targets/local/supervisor/journal.ts';
import type { Refusal } from '../plugin/check.ts';
import type { LocalContext } from './handler.ts';
import type { Properties } from '../plugin/wire.ts';

/** The provider's configuration; the engine hands all values over as text. */
const configuration = z.object({
  stack: z.string().min(1),
  folder: z.string().startsWith('/'),
  /** JSON object: instance → port, for all that will listen. */
  ports: z.string().transform((text) => z.record(z.string(), z.number()).parse(JSON.parse(text))),
});

export function configure(values: Properties): LocalContext {
  const { stack, folder } = configuration.parse(values);
  const folders = foldersOf(stack, folder);
  return { folders, supervisor: new SupervisorClient(folders), wipe: process.env['KEELSON_WIPE'] === '1' };
}

/**
 * Ports that somebody else listens on, each with its owner. Checked with the provider's configuration, which comes
 * before every resource: nothing has been started when it fails. Processes of this stack may keep their ports, also
 * those that outlived their supervisor.
 */
export async function portRefusals(values: Properties): Promise<Refusal[]> {
  const { stack, folder, ports } = configuration.parse(values);
  const remembered = readJournal(foldersOf(stack, folder)).flatMap(({ identity }) => identity ?? []);
  const own = new Set(remembered.filter((identity) => isAlive(identity)).map(({ pid }) => pid));
  const refused = await Promise.all(
    Object.entries(ports).map(async ([instance, port]): Promise<Refusal[]> => {
      if (await isFree(port)) return [];
      const owner = ownerOf(port, [...own]);
      if (owner && own.has(owner.pid)) return [];
      const who = owner ? `process ${owner.pid} (${owner.command})` : 'a process of another user';
      const reason = `port ${port} of ${instance} is taken by ${who}. Stop it, or choose other ports: KEELSON_PORT_BASE=<number>`;
      return [{ property: 'ports', reason }];
    }),
  );
  return refused.flat();
}
