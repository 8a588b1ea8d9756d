import { textsOf, type Rule } from '../rule.ts';
import { isSensitive } from '../sensitive.ts';

/** Forms of tokens and keys of the vendors that an environment uses. */
const TOKENS: readonly RegExp[] = [
  /\bsbp_[0-9a-f]{40}/,
  /\bsb_secret_[A-Za-z0-9_-]{20,}/,
  /\bgh[pousr]_[A-Za-z0-9]{36}/,
  /\bgithub_pat_[A-Za-z0-9_]{22,}/,
  /\bcanary-[0-9a-f]{24}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./,
  /:\/\/[^\s/:@]+:[^\s/@]{8,}@/,
];

/** Commands, names and descriptions are shown by every vendor to everybody who may look. */
export const tokensNeverPlain: Rule = {
  name: 'tokens-never-plain',
  description: 'No token, key or password stands where it is shown',
  fix: 'pass it as a secret variable of the service',
  check({ type, properties }) {
    return Object.entries(properties)
      .filter(([property]) => !isSensitive(type, property))
      .flatMap(([property, value]) => textsOf(value, [property]))
      .filter(([, text]) => TOKENS.some((form) => form.test(text)))
      .map(([path]) => `${path} holds what looks like a secret`);
  },
};
