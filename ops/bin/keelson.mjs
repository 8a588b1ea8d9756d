#!/usr/bin/env node
// Any Node will do here: set-up finds the right one, installs what is missing, and hands over to ops/src/main.ts.
process.argv.splice(2, 0, 'keelson');
await import('../bootstrap/main.mjs');
