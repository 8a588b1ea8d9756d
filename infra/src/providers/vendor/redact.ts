/** Names under which we send secrets, in the vendors' own words. */
const SENSITIVE = /pass|secret|token|credential|api_?key|private/i;
/** What Railway calls a service's environment; at the top it is GraphQL's word for arguments. */
const ENVIRONMENT = 'variables';
/** Shorter texts stand in ordinary sentences. */
const SHORTEST = 4;

function secretsIn(sent: unknown, isSecret = false, depth = 0): string[] {
  if (typeof sent === 'string') return isSecret && sent.length >= SHORTEST ? [sent] : [];
  if (typeof sent !== 'object' || sent === null) return [];
  return Object.entries(sent).flatMap(([key, value]) =>
    secretsIn(value, isSecret || SENSITIVE.test(key) || (key === ENVIRONMENT && depth > 0), depth + 1),
  );
}

/**
 * A vendor's words about a request, without the secrets that were sent in it. Vendors repeat what they refuse: a GraphQL
 * server quotes an invalid value whole, and a form of settings its fields.
 */
export function withoutSecrets(words: string, sent: unknown): string {
  const forms = secretsIn(sent).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  // The longest first: a password may be part of an address.
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((result, form) => result.replaceAll(form, '[secret]'), words);
}
