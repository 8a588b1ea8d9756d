import type { Rule } from '../rule.ts';
import { sensitiveOf } from '../sensitive.ts';

/** Stands for a value that the engine keeps sealed; rules that need it see nothing else of it. */
export const SEALED = Symbol('sealed');

/** A secret that is not marked as one is in clear text in the state, in previews and in logs. */
export const secretsSecret: Rule = {
  name: 'secrets-secret',
  description: 'Tokens, passwords and variables are marked as secrets',
  fix: 'wrap the value in `secret(…)`, or set it with `pulumi config set --secret`',
  check({ type, properties }) {
    const open = sensitiveOf(type).filter((name) => name in properties && properties[name] !== SEALED);
    return open.map((name) => `${name} is not marked as a secret`);
  },
};
