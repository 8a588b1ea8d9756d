import { servePlugin } from '../plugin/serve.ts';
import { supabaseProvider } from './definition.ts';

await servePlugin(supabaseProvider);
