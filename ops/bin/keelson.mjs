#!/usr/bin/env node
// Any Node will do here: set-up finds the right one, installs what is missing, and hands over to ops/src/main.ts.
import { pullBrake } from '../bootstrap/brake.mjs';

const code = await pullBrake(process.argv.slice(2));
if (code === undefined) {
  process.argv.splice(2, 0, 'keelson');
  await import('../bootstrap/main.mjs');
} else process.exitCode = code;
