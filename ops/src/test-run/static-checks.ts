/** A check that needs nothing to run: a script for Node and what mends its findings. */
export interface StaticCheck {
  readonly name: string;
  readonly args: readonly string[];
  readonly fix: string;
}

const typescript = 'node_modules/typescript-native/bin/tsc';

/** Every static check; each is one test in the sum. The slow ones come first, so that the short ones fill the gaps. */
export const staticChecks: readonly StaticCheck[] = [
  { name: 'lint', args: ['node_modules/eslint/bin/eslint.js', '.'], fix: 'npm run lint -- --fix' },
  {
    name: 'format',
    args: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
    fix: 'npm run format',
  },
  {
    name: 'unused code',
    args: ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'],
    fix: 'delete what is named',
  },
  { name: 'types', args: [typescript, '-p', 'tsconfig.json', '--noEmit'], fix: 'mend the lines above' },
  {
    name: 'types of services',
    args: [typescript, '-p', 'services/tsconfig.json', '--noEmit'],
    fix: 'mend the lines above',
  },
  { name: 'rendered files', args: ['ops/src/render.ts', '--check'], fix: 'npm run render' },
  { name: 'runbooks', args: ['ops/src/main.ts', 'runbook', 'check'], fix: 'mend the pages that are named' },
];
