import { servePlugin } from '../plugin/serve.ts';
import { railwayProvider } from './definition.ts';

await servePlugin(railwayProvider);
