/** What makes the engine hold the rules against a stack; only where it plans something. */
export function policyWords(verb: string): readonly string[] {
  return verb === 'preview' || verb === 'up' ? ['--policy-pack', import.meta.dirname] : [];
}
