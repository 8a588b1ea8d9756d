import { join } from 'node:path';
import { z } from 'zod';
import { Reloader } from '../dev/reloader.ts';
import { watchFiles } from '../dev/watcher.ts';
import { demoAccess, pageAddress } from '../flow/access.ts';
import { defineCommand } from '../framework/command.ts';
import { runTasks } from '../framework/tasks.ts';
import { type BringUp, bringUpTasks } from '../stack/bring-up.ts';

const output = z.object({
  files: z.array(z.string()).readonly(),
  services: z.array(z.string()).readonly(),
  ms: z.number(),
  error: z.string().nullable(),
});

export const dev = defineCommand({
  name: 'dev',
  summary: 'bring the stack up, then run every saved file in its service at once; the others stay up',
  danger: 'changes',
  args: z.object({}),
  examples: ['npm run dev'],
  output,
  lines: true,
  async run(context) {
    const shared: BringUp = { changes: undefined };
    await runTasks(context, bringUpTasks(context, shared));
    const reloader = new Reloader(context, (reload) => context.emit(reload));
    const folders = ['services', 'libs'].map((name) => join(context.repository, name));
    watchFiles(folders, context.signal, (files) => reloader.take(files));
    const { ui } = context;
    ui.say(`${ui.paint.good('Watching')} services/ and libs/. Page: ${pageAddress(await demoAccess(context))}`);
    ui.say(
      ui.paint.dim(
        'A saved file runs in its service within two seconds. Ctrl-C ends the watching; npm stop ends the stack.',
      ),
    );
    await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
    await reloader.settled();
  },
  human({ files, services, ms, error }, paint) {
    const names = files.length > 3 ? `${files.slice(0, 3).join(', ')} and ${files.length - 3} more` : files.join(', ');
    if (error !== null)
      return `${paint.bad('✖')} ${names}\n${error}\n${paint.dim('  waiting for the next save; what ran still runs')}`;
    return `${paint.good('✔')} ${names} → ${services.join(', ')} ${paint.dim(`${ms} ms`)}`;
  },
});
