import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { keelson } from '../../src/checks/eslint-plugin.ts';

/** What Keelson's own rules say of a source text, as if it stood in `file` (below the repository's root). */
export function lint(file: string, source: string): readonly string[] {
  const linter = new Linter({ cwd: '/repository' });
  const found = linter.verify(
    source,
    [
      {
        files: ['**/*.{ts,mjs,js}'],
        languageOptions: { parser: tseslint.parser as Linter.Parser },
        plugins: { keelson },
        rules: { 'keelson/import-table': 'error', 'keelson/size-limits': 'error', 'keelson/exact-amounts': 'error' },
      },
    ],
    `/repository/${file}`,
  );
  return found.map(({ message }) => message);
}
