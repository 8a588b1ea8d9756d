import { paperBroker } from '@keelson/catalogue';
import { bootstrap } from '@keelson/runtime';
import { EventStream } from './event-stream.ts';
import { PaperBrokerModule } from './paper-broker.module.ts';

await bootstrap({
  service: paperBroker,
  module: PaperBrokerModule,
  // A venue is a foreign system: its paths are its own, not Keelson's.
  beforeListen: ({ app }) => void app.setGlobalPrefix(''),
  onDrain: async ({ app }) => app.get(EventStream).close(),
});
