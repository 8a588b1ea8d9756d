import { servePlugin } from '../plugin/serve.ts';
import { upstashProvider } from './definition.ts';

await servePlugin(upstashProvider);
