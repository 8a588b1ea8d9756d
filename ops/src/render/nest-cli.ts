import { generatedJson, type Renderer } from './renderer.ts';

/**
 * `nest build <service>` with swc, without type check (that runs beside it, faster). Only services are compiled: Node runs
 * the libraries from source. The builder keeps the source's path, so main.ts comes out as dist/<source>/src/main.js.
 */
export const nestCli: Renderer = {
  path: 'nest-cli.json',
  async render({ services }) {
    const compilerOptions = { tsConfigPath: 'services/tsconfig.json' };
    const project = (folder: string): object => ({
      type: 'application',
      root: folder,
      entryFile: 'main',
      sourceRoot: `${folder}/src`,
      compilerOptions,
    });
    const first = services[0]?.source ?? 'services';
    return generatedJson({
      $schema: 'https://json.schemastore.org/nest-cli',
      monorepo: true,
      root: first,
      sourceRoot: `${first}/src`,
      compilerOptions: { builder: 'swc', typeCheck: false, ...compilerOptions },
      projects: Object.fromEntries(services.map(({ name, source }) => [name, project(source)])),
    });
  },
};
