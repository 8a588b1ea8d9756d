import { worker } from '@keelson/catalogue';
import { Pipeline } from '@keelson/pipeline';
import { bootstrap } from '@keelson/runtime';
import { WorkerModule } from './worker.module.ts';

await bootstrap({
  service: worker,
  module: ({ config }) => WorkerModule.register(config),
  start: ({ app }) => app.get(Pipeline).start(),
  onDrain: ({ app }) => app.get(Pipeline).stop(),
});
