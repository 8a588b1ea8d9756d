import { createRequire, Module } from 'node:module';

/**
 * Imported before the SDK (`node --import`): half of the SDK's start is a compiler and npm's reader of trees, with which it
 * serializes functions, and a third of a program's time are source maps of its stack traces. Nothing here has a function
 * serialized, and Node runs our TypeScript without moving a line. So the first two are loaded when somebody uses them, and
 * source maps are not looked up.
 */
const SELDOM_USED = ['typescript', '@npmcli/arborist'];
const NOT_WANTED = 'source-map-support/register';

const sdk = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'));

/** What `require` answers for a file from now on. */
function answer(file: string, exports: object): void {
  const module = new Module(file);
  module.exports = exports;
  module.loaded = true;
  sdk.cache[file] = module;
}

/** Stands for a module until something of it is read. */
function whenUsed(name: string, file: string): object {
  let loaded: object | undefined;
  const load = (): object => {
    if (!loaded) {
      Reflect.deleteProperty(sdk.cache, file);
      loaded = sdk(name) as object;
    }
    return loaded;
  };
  return new Proxy(
    {},
    // Compiled imports ask this one at once, to learn whether they may read names from the module as it is.
    { get: (_none, key) => key === '__esModule' || Reflect.get(load(), key) },
  );
}

for (const name of SELDOM_USED) {
  const file = sdk.resolve(name);
  answer(file, whenUsed(name, file));
}
answer(sdk.resolve(NOT_WANTED), {});
