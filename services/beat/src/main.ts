import { beat } from '@keelson/catalogue';
import { bootstrap } from '@keelson/runtime';
import { BeatModule } from './beat.module.ts';
import { Scheduler } from './scheduler.ts';

await bootstrap({
  service: beat,
  module: ({ config }) => BeatModule.register(config),
  beforeListen: ({ app }) => app.get(Scheduler).start(),
  onDrain: ({ app }) => app.get(Scheduler).stop(),
});
