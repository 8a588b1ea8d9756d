import { api } from '@keelson/catalogue';
import { bootstrap } from '@keelson/runtime';
import { ApiModule } from './api.module.ts';
import { prepareForWebhooks } from './webhooks/prepare.ts';

await bootstrap({
  service: api,
  module: ({ config }) => ApiModule.register(config),
  bodyLimitBytes: 64 * 1024,
  beforeListen: prepareForWebhooks,
});
