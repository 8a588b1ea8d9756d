import { setSourceMapsSupport } from 'node:module';

// Loaded before anything else (`--import`): stacks of the built services name their TypeScript lines. Unlike with
// `--enable-source-maps`, those of dependencies do not, as reading their maps is a tenth of the time of a start.
setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
