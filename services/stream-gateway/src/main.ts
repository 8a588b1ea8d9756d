import { streamGateway } from '@keelson/catalogue';
import { bootstrap } from '@keelson/runtime';
import { Connections } from './connections.ts';
import { StreamGatewayModule } from './stream-gateway.module.ts';
import { StreamWsAdapter } from './ws.adapter.ts';

await bootstrap({
  service: streamGateway,
  module: (parts) => StreamGatewayModule.forConfig(parts),
  beforeListen: ({ app }) => void app.useWebSocketAdapter(new StreamWsAdapter(app)),
  onDrain: ({ app }) => app.get(Connections).leave(),
});
