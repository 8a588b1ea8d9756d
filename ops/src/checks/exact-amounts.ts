import type { Rule } from 'eslint';

/** The last word of a name that holds money, a price or a quantity. */
const AMOUNT_WORDS = new Set(
  'price quantity notional amount profit fee cost cash balance margin strike multiplier exposure bid ask pnl equity'.split(
    ' ',
  ),
);
const AMOUNT_PAIRS = new Set(['tick size', 'lot size', 'buying power']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '%', '**']);
/** A Decimal's own value is text: with these operators "9" is more than "10". */
const COMPARISON = new Set(['<', '<=', '>', '>=']);
const CONVERSIONS = new Set(['Number', 'parseFloat', 'parseInt', 'Number.parseFloat', 'Number.parseInt']);

/** True for names such as `price`, `averagePrice`, `realised_profit`, `fees`, `tickSize`; not for `priceColumn`. */
export function isAmountName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_#$]+/)
    .filter((word) => word !== '')
    .map((word) => (AMOUNT_WORDS.has(word) ? word : word.replace(/ies$/, 'y').replace(/s$/, '')));
  const last = words.at(-1);
  return last !== undefined && (AMOUNT_WORDS.has(last) || AMOUNT_PAIRS.has(words.slice(-2).join(' ')));
}

/** The parts of a syntax tree that this rule looks at, TypeScript's among them. */
interface Syntax {
  readonly type: string;
  readonly name?: unknown;
  readonly property?: Syntax;
  readonly object?: Syntax;
  readonly computed?: boolean;
  readonly expression?: Syntax;
  readonly argument?: Syntax;
  readonly callee?: Syntax;
  readonly arguments?: readonly Syntax[];
  readonly operator?: string;
  readonly left?: Syntax;
  readonly right?: Syntax;
  readonly key?: Syntax;
  readonly id?: Syntax;
  readonly value?: unknown;
  readonly init?: Syntax | null;
  readonly typeAnnotation?: Syntax;
  readonly returnType?: Syntax;
  readonly elementType?: Syntax;
  readonly types?: readonly Syntax[];
}

/** The name that an expression ends with: `price`, `order.price`, `order?.price!`, `this.#price`. */
function nameOf(node: Syntax | null | undefined): string | undefined {
  if (!node) return undefined;
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return String(node.name);
  if (node.type === 'MemberExpression') return node.computed ? undefined : nameOf(node.property);
  if (['TSNonNullExpression', 'TSAsExpression', 'ChainExpression'].includes(node.type)) return nameOf(node.expression);
  return undefined;
}

function isAmount(node: Syntax | null | undefined): boolean {
  const name = nameOf(node);
  return name !== undefined && isAmountName(name);
}

/** True when a type is `number`, a list of numbers, or a choice with a number in it. */
function saysNumber(type: Syntax | undefined): boolean {
  if (!type) return false;
  if (type.type === 'TSNumberKeyword') return true;
  if (type.types) return type.types.some(saysNumber);
  return saysNumber(type.type === 'TSArrayType' ? type.elementType : type.typeAnnotation);
}

function isText(node: Syntax | undefined): boolean {
  if (node?.type === 'BinaryExpression' && node.operator === '+') return isText(node.left) || isText(node.right);
  return node?.type === 'TemplateLiteral' || (node?.type === 'Literal' && typeof node.value === 'string');
}

function calleeName({ callee }: Syntax): string {
  const name = nameOf(callee) ?? '';
  return callee?.type === 'MemberExpression' ? `${nameOf(callee.object) ?? ''}.${name}` : name;
}

const FIX = 'Fix: Decimal or decimal text from @keelson/kernel, and its methods (plus, times, lessThan).';

/** What a binary expression or an assignment does wrong, if it does. */
function wrongOperator({ operator = '', left, right }: Syntax): string | undefined {
  const sign = operator.endsWith('=') && !COMPARISON.has(operator) ? operator.slice(0, -1) : operator;
  if (!isAmount(left) && !isAmount(right)) return undefined;
  if (ARITHMETIC.has(sign) && !(sign === '+' && (isText(left) || isText(right)))) {
    return `"${operator}" on an amount computes with binary floats. ${FIX}`;
  }
  return COMPARISON.has(operator) ? `"${operator}" on an amount compares its text. ${FIX}` : undefined;
}

/** What a call does wrong, if it does. */
function wrongCall(node: Syntax): string | undefined {
  const name = calleeName(node);
  if ((CONVERSIONS.has(name) || name.startsWith('Math.')) && node.arguments?.some(isAmount)) {
    return `${name}() turns an amount into a binary float. ${FIX}`;
  }
  if (name.endsWith('.toNumber') && isAmount(node.callee?.object)) {
    return `toNumber() turns an amount into a binary float. ${FIX}`;
  }
  return undefined;
}

/** No binary float on the paths of money, prices and quantities. Found by name, so that a name must say what it holds. */
export const exactAmountsRule: Rule.RuleModule = {
  meta: { type: 'problem', docs: { description: 'amounts are exact decimals, never numbers' }, schema: [] },
  create(context) {
    const report = (node: unknown, message: string | undefined): void => {
      if (message) context.report({ node: node as Rule.Node, message });
    };
    const typed = (node: Syntax, named: Syntax | undefined, type: Syntax | undefined): void => {
      if (isAmount(named) && saysNumber(type)) report(node, `"${nameOf(named)}" is typed as a number. ${FIX}`);
    };
    const onCall = (node: unknown): void => report(node, wrongCall(node as Syntax));
    const onOperator = (node: unknown): void => report(node, wrongOperator(node as Syntax));
    const onKey = (node: unknown): void => typed(node as Syntax, (node as Syntax).key, (node as Syntax).typeAnnotation);
    return {
      Identifier: (node: unknown) => typed(node as Syntax, node as Syntax, (node as Syntax).typeAnnotation),
      TSPropertySignature: onKey,
      PropertyDefinition: onKey,
      FunctionDeclaration: (node: unknown) => typed(node as Syntax, (node as Syntax).id, (node as Syntax).returnType),
      VariableDeclarator: (node: unknown) => {
        const { id, init } = node as Syntax;
        if (init?.type === 'CallExpression' && CONVERSIONS.has(calleeName(init)) && isAmount(id)) {
          report(node, `"${nameOf(id)}" becomes a binary float. ${FIX}`);
        }
      },
      CallExpression: onCall,
      BinaryExpression: onOperator,
      AssignmentExpression: onOperator,
      UpdateExpression: (node: unknown) => {
        if (isAmount((node as Syntax).argument))
          report(node, `Counting an amount up or down makes it a number. ${FIX}`);
      },
      UnaryExpression: (node: unknown) => {
        const { operator, argument } = node as Syntax;
        if ((operator === '+' || operator === '-') && isAmount(argument)) {
          report(node, `"${operator}" turns an amount into a binary float. ${FIX}`);
        }
      },
    };
  },
};
