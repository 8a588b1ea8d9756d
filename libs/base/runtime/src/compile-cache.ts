import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Keeps V8's compiled code and stripped types between starts. This module is the first that index.ts imports: what is
// evaluated after it (Fastify, pino, Nest's lazy parts) is cached. NODE_COMPILE_CACHE, set by whoever starts the process,
// wins and caches the service's own modules as well. The folder is the user's own: a shared one could be poisoned.
const caches =
  process.env['KEELSON_CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'keelson');
enableCompileCache(join(caches, 'compile'));
