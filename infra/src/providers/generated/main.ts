import { servePlugin } from '../plugin/serve.ts';
import { generatedProvider } from './definition.ts';

await servePlugin(generatedProvider);
