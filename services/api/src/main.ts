import { api } from '@keelson/catalogue';
import { bootstrap } from '@keelson/runtime';
import { ApiModule } from './api.module.ts';
import { HaltDesk } from './halt/halt-desk.ts';
import { prepare } from './prepare.ts';
import { LARGEST_BODY_BYTES } from './webhooks/delivery-body.ts';

await bootstrap({
  service: api,
  module: ({ config }) => ApiModule.register(config),
  bodyLimitBytes: LARGEST_BODY_BYTES,
  beforeListen: prepare,
  start: async ({ app }) => app.get<HaltDesk | undefined>(HaltDesk)?.start(),
  onDrain: async ({ app }) => app.get<HaltDesk | undefined>(HaltDesk)?.stop(),
});
