import path from 'node:path';
import type { ESLint, Rule } from 'eslint';
import { exactAmountsRule } from './exact-amounts.ts';
import { checkImport } from './imports.ts';
import { checkConstructor, checkFileLength, checkFunctionLength } from './sizes.ts';

/** Path of the linted file below the repository's root, with forward slashes. */
function relativeName(context: Rule.RuleContext): string {
  return path.relative(context.cwd, context.filename).split(path.sep).join('/');
}

/** The text of a module specifier, however the import is written; undefined when it is computed at run time. */
function specifierOf(node: unknown): string | undefined {
  const literal = node as
    { type?: string; value?: unknown; literal?: unknown; expression?: unknown } | null | undefined;
  if (!literal) return undefined;
  if (literal.type === 'TSLiteralType') return specifierOf(literal.literal);
  if (literal.type === 'TSExternalModuleReference') return specifierOf(literal.expression);
  return typeof literal.value === 'string' ? literal.value : undefined;
}

const importTableRule: Rule.RuleModule = {
  meta: { type: 'problem', docs: { description: 'packages import only what the import table allows' }, schema: [] },
  create(context) {
    const file = relativeName(context);
    const check = (node: unknown, source: unknown): void => {
      const specifier = specifierOf(source);
      const broken = specifier === undefined ? undefined : checkImport(file, specifier);
      if (broken) context.report({ node: node as Rule.Node, message: broken.message });
    };
    const fromSource = (node: unknown): void => check(node, (node as { source?: unknown }).source);
    return {
      ImportDeclaration: fromSource,
      ExportNamedDeclaration: fromSource,
      ExportAllDeclaration: fromSource,
      ImportExpression: fromSource,
      TSImportType: fromSource,
      TSImportEqualsDeclaration: (node: unknown) =>
        check(node, (node as { moduleReference: { type: string } }).moduleReference),
      'CallExpression[callee.name="require"]': (node: { arguments: unknown[] }) => check(node, node.arguments[0]),
    };
  },
};

/** Lines of a node, both ends included. */
function linesOf(node: Rule.Node): number {
  return node.loc ? node.loc.end.line - node.loc.start.line + 1 : 0;
}

/** The callback of a `describe` holds many tests and is as long as its file; each test in it is a function of its own. */
function isSuite(node: Rule.Node): boolean {
  const parent = node.parent;
  if (parent?.type !== 'CallExpression') return false;
  let callee: unknown = parent.callee;
  while ((callee as { type: string }).type !== 'Identifier') {
    const inner = callee as { object?: unknown; callee?: unknown; tag?: unknown };
    callee = inner.object ?? inner.callee ?? inner.tag;
    if (!callee) return false;
  }
  return (callee as { name: string }).name.startsWith('describe');
}

const sizeLimitsRule: Rule.RuleModule = {
  meta: { type: 'suggestion', docs: { description: 'files, functions and constructors stay small' }, schema: [] },
  create(context) {
    const file = relativeName(context);
    const report = (node: unknown, message: string | undefined): void => {
      if (message) context.report({ node: node as Rule.Node, message });
    };
    const onFunction = (node: Rule.Node): void => {
      if (!isSuite(node)) report(node, checkFunctionLength(file, linesOf(node)));
    };
    return {
      Program: (node) => {
        // A final line break ends the last line; it does not start another one.
        const lines = context.sourceCode.lines;
        const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
        report(node, checkFileLength(file, count));
      },
      FunctionDeclaration: onFunction,
      FunctionExpression: onFunction,
      ArrowFunctionExpression: onFunction,
      'MethodDefinition[kind="constructor"]': (node: { value: { params: unknown[] } }) =>
        report(node, checkConstructor(node.value.params.length)),
    };
  },
};

/** Keelson's own lint rules: the import table, the size limits, and exact amounts. */
export const keelson: ESLint.Plugin = {
  meta: { name: 'keelson' },
  rules: { 'import-table': importTableRule, 'size-limits': sizeLimitsRule, 'exact-amounts': exactAmountsRule },
};
