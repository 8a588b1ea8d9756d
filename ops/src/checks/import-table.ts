/**
 * Who may import whom, as data. One row per package; the lint enforces it and a test plants one violation per row.
 * The folders under libs/ are the layers: what stands to the left or below may be imported, never the other way round.
 */
export interface PackageRow {
  /** Name after `@keelson/`. */
  readonly name: string;
  /** Folder below the repository's root; `services/*` stands for every service. */
  readonly folder: string;
  /** Names after `@keelson/` that its source may import. */
  readonly mayImport: readonly string[];
}

const base = ['kernel', 'contracts', 'persistence', 'messaging', 'access'];
const allBase = [...base, 'catalogue', 'runtime'];
const domains = ['market', 'risk', 'orders', 'ledger', 'signals', 'brokers', 'stream'];
/** What composes the domains: everything that acts across the flow. */
const acrossFlow = ['oversight', 'pipeline'];
const libraries = [...allBase, ...domains, ...acrossFlow];

export const importTable: readonly PackageRow[] = [
  { name: 'kernel', folder: 'libs/base/kernel', mayImport: [] },
  { name: 'contracts', folder: 'libs/base/contracts', mayImport: ['kernel'] },
  { name: 'catalogue', folder: 'libs/base/catalogue', mayImport: ['kernel'] },
  { name: 'persistence', folder: 'libs/base/persistence', mayImport: ['kernel', 'contracts'] },
  { name: 'messaging', folder: 'libs/base/messaging', mayImport: ['kernel', 'contracts', 'persistence'] },
  { name: 'access', folder: 'libs/base/access', mayImport: ['kernel', 'contracts', 'persistence'] },
  { name: 'runtime', folder: 'libs/base/runtime', mayImport: [...base, 'catalogue'] },
  { name: 'testkit', folder: 'libs/base/testkit', mayImport: allBase },
  { name: 'market', folder: 'libs/feeds/market', mayImport: base },
  { name: 'risk', folder: 'libs/trading/risk', mayImport: [...base, 'market'] },
  { name: 'orders', folder: 'libs/trading/orders', mayImport: [...base, 'market', 'risk'] },
  { name: 'ledger', folder: 'libs/trading/ledger', mayImport: [...base, 'market', 'risk', 'orders'] },
  { name: 'signals', folder: 'libs/trading/signals', mayImport: base },
  { name: 'brokers', folder: 'libs/trading/brokers', mayImport: base },
  { name: 'stream', folder: 'libs/feeds/stream', mayImport: base },
  {
    name: 'oversight',
    folder: 'libs/trading/oversight',
    mayImport: [...base, 'market', 'risk', 'orders', 'ledger', 'brokers'],
  },
  { name: 'pipeline', folder: 'libs/trading/pipeline', mayImport: [...base, ...domains, 'oversight'] },
  { name: 'service-*', folder: 'services/*', mayImport: [...libraries, 'runbooks'] },
  { name: 'runbooks', folder: 'runbooks', mayImport: ['catalogue'] },
  { name: 'infra', folder: 'infra', mayImport: ['kernel', 'catalogue', 'runbooks'] },
  { name: 'ops', folder: 'ops', mayImport: [...libraries, 'runbooks'] },
  { name: 'load-tests', folder: 'load-tests', mayImport: [] },
];

/** What any test may import besides its package's row: fixtures, the flow and the catalogue it walks. */
export const testsMayImport: readonly string[] = ['testkit', 'kernel', 'contracts', 'catalogue', 'persistence'];

/** Third-party packages that stay behind one wall, so that a change of vendor is a change of one package. */
export interface FencedDependency {
  /** Start of the package's name. */
  readonly prefix: string;
  /** Packages (names of the table) that may import it. */
  readonly only: readonly string[];
  /** True where a `*.module.ts` of any library may import it too. */
  readonly modules: boolean;
  readonly fix: string;
}

export const fencedDependencies: readonly FencedDependency[] = [
  {
    prefix: '@pulumi',
    only: ['infra'],
    modules: false,
    fix: 'describe the resource in infra/, or start the engine as a process',
  },
  {
    prefix: 'bullmq',
    // The yardstick of the load tests compares with code that has nothing of ours.
    only: ['messaging', 'load-tests'],
    modules: false,
    fix: 'use the wake-up functions that @keelson/messaging exports',
  },
  {
    prefix: '@nestjs/',
    only: ['service-*', 'runtime'],
    modules: true,
    fix: 'keep the class plain and wire it by a factory in the *.module.ts',
  },
];
