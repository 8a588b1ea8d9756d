import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../../..');
const eslint = path.join(root, 'node_modules/eslint/bin/eslint.js');

/** Each file breaks exactly one rule of eslint.config.js. */
const planted: readonly (readonly [file: string, rule: string, source: string])[] = [
  ['libs/base/kernel/src/a.ts', '@typescript-eslint/no-floating-promises', 'const f = async () => 1;\nf();\n'],
  [
    'libs/base/kernel/src/b.ts',
    '@typescript-eslint/no-misused-promises',
    'const f = async () => true;\nexport const a = f() ? 1 : 2;\n',
  ],
  ['libs/base/kernel/src/c.ts', '@typescript-eslint/no-explicit-any', 'export const a: any = 1;\n'],
  ['libs/base/kernel/src/d.ts', 'no-empty', 'try {\n  JSON.parse("");\n} catch {}\n'],
  ['libs/base/kernel/src/e.ts', 'no-console', 'console.log(1);\n'],
  ['libs/base/kernel/src/f.ts', 'keelson/import-table', "import '@keelson/risk';\n"],
  [
    'libs/base/kernel/src/g.ts',
    'no-restricted-syntax',
    'const Mark = () => (c: unknown) => c;\n// @ts-expect-error decorators of the old kind\n@Mark()\nexport class A {}\n',
  ],
  ['libs/base/kernel/src/h.ts', 'no-restricted-syntax', 'export enum A {\n  b,\n}\n'],
  ['libs/base/kernel/src/i.ts', 'keelson/size-limits', '"a";\n'.repeat(451)],
  ['libs/trading/risk/src/a.ts', 'keelson/exact-amounts', 'export const a = (price: number) => price;\n'],
  ['libs/feeds/market/src/a.ts', 'keelson/exact-amounts', 'export const a = (t: { fee: string }) => Number(t.fee);\n'],
  [
    'libs/base/kernel/test/a.test.ts',
    'no-restricted-syntax',
    "import { it } from '@jest/globals';\nit.only('a', () => {});\n",
  ],
  [
    'libs/base/kernel/test/b.test.ts',
    'no-restricted-syntax',
    "import { jest } from '@jest/globals';\njest.mock('../src/a.ts');\n",
  ],
  ['services/api/src/a.ts', '@typescript-eslint/no-floating-promises', 'const f = async () => 1;\nf();\n'],
];

interface FileReport {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

let folder = '';

function run(): { status: number | null; reports: readonly FileReport[]; stderr: string } {
  const result = spawnSync(process.execPath, [eslint, '.', '--format', 'json'], { cwd: folder, encoding: 'utf8' });
  const reports = result.stdout === '' ? [] : (JSON.parse(result.stdout) as FileReport[]);
  return { status: result.status, reports, stderr: result.stderr };
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'keelson-lint-'));
  for (const file of [
    'eslint.config.js',
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
    'tsconfig.lint.json',
  ]) {
    cpSync(path.join(root, file), path.join(folder, file));
  }
  cpSync(path.join(root, 'ops/src/checks'), path.join(folder, 'ops/src/checks'), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  for (const [file, , source] of planted) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), source);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('eslint.config.js', () => {
  it('finds each planted violation, and nothing else', () => {
    const { status, reports } = run();
    expect(status).toBe(1);
    const found = Object.fromEntries(
      reports
        .filter(({ messages }) => messages.length > 0)
        .map(({ filePath, messages }) => [path.relative(folder, filePath), messages.map(({ ruleId }) => ruleId)]),
    );
    expect(found).toEqual(Object.fromEntries(planted.map(([file, rule]) => [file, [rule]])));
  }, 60_000);

  it('fails when it cannot read the types that its rules need', () => {
    writeFileSync(path.join(folder, 'tsconfig.lint.json'), '{ "include": ["nowhere"] }');
    const { status, reports } = run();
    const kernel = reports.find(({ filePath }) => filePath.endsWith('kernel/src/a.ts'));
    expect(status).toBe(1);
    expect(kernel?.messages).toEqual([
      expect.objectContaining({ ruleId: null, message: expect.stringContaining('Parsing error') }),
    ]);
  }, 60_000);

  it('fails when its own rules cannot be loaded', () => {
    writeFileSync(path.join(folder, 'ops/src/checks/import-table.ts'), 'export const importTable = ;');
    const { status, reports } = run();
    expect({ status, reports }).toEqual({ status: 2, reports: [] });
  }, 60_000);
});
