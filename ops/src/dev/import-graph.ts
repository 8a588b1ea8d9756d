import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { services } from '@keelson/catalogue';

/** `import … from '@keelson/x'`, `export … from`, `import('@keelson/x/module')`. */
const OWN_IMPORT = /(?:from|import\()\s*['"]@keelson\/([a-z-]+)/g;

/** A package or service and the packages that its source names. */
interface Unit {
  readonly name: string;
  /** Folder below the repository's root. */
  readonly folder: string;
  readonly imports: ReadonlySet<string>;
}

function sourcesIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() && entry.name.endsWith('.ts') ? [join(entry.parentPath, entry.name)] : [],
  );
}

function importsOf(folder: string): Set<string> {
  const texts = sourcesIn(join(folder, 'src')).map((file) => readFileSync(file, 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(OWN_IMPORT)].map((match) => match[1] ?? '')));
}

function libraries(repository: string): Unit[] {
  return readdirSync(join(repository, 'libs')).flatMap((group) =>
    readdirSync(join(repository, 'libs', group)).map((name) => {
      const folder = join('libs', group, name);
      return { name, folder, imports: importsOf(join(repository, folder)) };
    }),
  );
}

/** Everything that can be reached from these packages, themselves included. */
function closure(start: Iterable<string>, units: ReadonlyMap<string, Unit>): Set<string> {
  const reached = new Set(start);
  for (const name of reached) for (const next of units.get(name)?.imports ?? []) reached.add(next);
  return reached;
}

/** What a changed file means for the running stack. */
export type Consequence =
  | { readonly kind: 'service'; readonly service: string; readonly file: string }
  | { readonly kind: 'library'; readonly library: string; readonly services: readonly string[] }
  | { readonly kind: 'nothing' };

/** Who uses what, read from the imports as they are on disk now. */
export class ImportGraph {
  readonly #repository: string;
  readonly #libraries: ReadonlyMap<string, Unit>;
  readonly #reach: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(repository: string) {
    this.#repository = repository;
    this.#libraries = new Map(libraries(repository).map((unit) => [unit.name, unit]));
    this.#reach = new Map(
      services.map(({ name, source }) => [name, closure(importsOf(join(repository, source)), this.#libraries)]),
    );
  }

  /** Services that use a library, directly or through others. */
  usersOf(library: string): string[] {
    return [...this.#reach].flatMap(([service, reach]) => (reach.has(library) ? [service] : []));
  }

  /** What follows from a change of a file; tests, documents and files that no service loads have no consequence. */
  consequenceOf(absolute: string): Consequence {
    const file = relative(this.#repository, absolute);
    const service = services.find(({ source }) =>
      ['src', 'public'].some((part) => file.startsWith(`${source}/${part}/`)),
    );
    if (service) return { kind: 'service', service: service.name, file: absolute };
    const library = [...this.#libraries.values()].find(({ folder }) => file.startsWith(`${folder}/src/`));
    if (!library || !file.endsWith('.ts')) return { kind: 'nothing' };
    return { kind: 'library', library: library.name, services: this.usersOf(library.name) };
  }
}
