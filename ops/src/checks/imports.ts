import path from 'node:path';
import { fencedDependencies, importTable, testsMayImport, type PackageRow } from './import-table.ts';

/** The rules of the import table, by the name that a message starts with. */
export type ImportRule =
  | 'unknown package'
  | 'layer'
  | 'tests only'
  | 'own package'
  | 'deep import'
  | 'module wiring'
  | 'leaves the package'
  | 'fenced dependency';

export interface ImportViolation {
  readonly rule: ImportRule;
  /** What is wrong and how to mend it, in a sentence each. */
  readonly message: string;
}

const SCOPE = '@keelson/';

/** The row of the table that a file belongs to (path below the root, with slashes); undefined for files at the root. */
export function rowOf(file: string): PackageRow | undefined {
  return importTable.find(({ folder }) => {
    const prefix = folder.endsWith('/*') ? folder.slice(0, -1) : `${folder}/`;
    return file.startsWith(prefix);
  });
}

/** The folder of the package that a file belongs to: `services/api`, `libs/trading/risk`. */
function packageFolder(file: string, row: PackageRow): string {
  return row.folder.endsWith('/*') ? file.split('/').slice(0, 2).join('/') : row.folder;
}

const isTest = (file: string): boolean => /\/(test|drills)\//.test(file);
const isModule = (file: string): boolean => file.endsWith('.module.ts');

function violation(rule: ImportRule, problem: string, fix: string): ImportViolation {
  return { rule, message: `Import rule "${rule}": ${problem}. Fix: ${fix}.` };
}

function checkRelative(file: string, specifier: string, row: PackageRow): ImportViolation | undefined {
  const target = path.posix.join(path.posix.dirname(file), specifier);
  const folder = packageFolder(file, row);
  if (target === folder || target.startsWith(`${folder}/`)) return undefined;
  return violation(
    'leaves the package',
    `"${specifier}" reaches out of ${folder}`,
    'import what the other package exports, by its name @keelson/…',
  );
}

function checkOurs(file: string, specifier: string, row: PackageRow): ImportViolation | undefined {
  const [name = '', ...rest] = specifier.slice(SCOPE.length).split('/');
  const subpath = rest.join('/');
  const known = importTable.some((candidate) => candidate.name === name);
  if (!known) {
    return violation(
      'unknown package',
      `"${specifier}" is no row of the import table`,
      "correct the name, or add its row to ops/src/checks/import-table.ts (services are nobody's dependency)",
    );
  }
  if (subpath.startsWith('src') || /\.[cm]?[jt]s$/.test(subpath)) {
    return violation(
      'deep import',
      `"${specifier}" reaches into the folder of ${SCOPE}${name}`,
      `import from "${SCOPE}${name}" and export the name from its src/index.ts`,
    );
  }
  if (subpath === 'module' && !isModule(file) && !isTest(file) && row.name !== 'service-*' && row.name !== 'runtime') {
    return violation(
      'module wiring',
      `"${specifier}" brings Nest into plain code`,
      `import classes and functions from "${SCOPE}${name}"; only services and *.module.ts import modules`,
    );
  }
  if (name === 'testkit' && row.name !== 'testkit' && !isTest(file)) {
    return violation(
      'tests only',
      `${file} is not a test and imports the test kit`,
      'move the helper or the import under test/',
    );
  }
  if (name === row.name) {
    if (isTest(file)) return undefined;
    return violation(
      'own package',
      `"${specifier}" is this file's own package`,
      'import the file relatively, with its .ts',
    );
  }
  if (row.mayImport.includes(name) || (isTest(file) && row.name !== 'load-tests' && testsMayImport.includes(name))) {
    return undefined;
  }
  const allowed = row.mayImport.length > 0 ? row.mayImport.join(', ') : 'none of our packages';
  return violation(
    'layer',
    `${row.folder} may not import ${SCOPE}${name}; it may import ${allowed}`,
    'move the code to the layer that may know both, or pass the value in',
  );
}

function checkForeign(file: string, specifier: string, row: PackageRow): ImportViolation | undefined {
  const fence = fencedDependencies.find(({ prefix }) => specifier === prefix || specifier.startsWith(prefix));
  if (!fence || fence.only.includes(row.name) || (fence.modules && isModule(file))) return undefined;
  return violation('fenced dependency', `${row.folder} may not import "${specifier}"`, fence.fix);
}

/**
 * Checks one import of one file against the table. `file` is the path below the repository's root with forward
 * slashes; the answer is the first rule that is broken, or undefined.
 */
export function checkImport(file: string, specifier: string): ImportViolation | undefined {
  const row = rowOf(file);
  if (!row) {
    if (!file.includes('/')) return undefined;
    return violation(
      'unknown package',
      `${file} belongs to no row of the import table`,
      'move it into a package, or add a row to ops/src/checks/import-table.ts',
    );
  }
  if (specifier.startsWith('.')) return checkRelative(file, specifier, row);
  if (specifier.startsWith(SCOPE)) return checkOurs(file, specifier, row);
  return checkForeign(file, specifier, row);
}
