import { worker } from '@keelson/catalogue';
import { bootstrap } from '@keelson/runtime';
import { Pipeline } from './pipeline.ts';
import { WorkerModule } from './worker.module.ts';

await bootstrap({
  service: worker,
  module: ({ config }) => WorkerModule.register(config),
  beforeListen: ({ app }) => app.get(Pipeline).start(),
  onDrain: ({ app }) => app.get(Pipeline).stop(),
});
