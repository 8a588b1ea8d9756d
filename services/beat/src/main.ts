import { beat } from '@keelson/catalogue';
import { bootstrap } from '@keelson/runtime';
import { BeatWatch } from './beat-watch.ts';
import { BeatModule } from './beat.module.ts';
import { Scheduler } from './scheduler.ts';

await bootstrap({
  service: beat,
  module: ({ config }) => BeatModule.register(config),
  beforeListen: async ({ app }) => {
    await Promise.all([app.get(Scheduler).start(), app.get(BeatWatch).start()]);
  },
  onDrain: async ({ app }) => {
    await app.get(BeatWatch).stop();
    await app.get(Scheduler).stop();
  },
});
