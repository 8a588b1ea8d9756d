import { servePlugin } from '../plugin/serve.ts';
import { localProvider } from './definition.ts';

await servePlugin(localProvider);
