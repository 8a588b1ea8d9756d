import { ofType, textsOf, type Rule } from '../rule.ts';

/** Addresses without encryption; the private network of the platform is encrypted by itself. */
function isPlain(address: string): boolean {
  if (/^(redis|ws):\/\//.test(address)) return true;
  if (/^http:\/\//.test(address)) return !/^http:\/\/[a-z0-9-]+\.railway\.internal[:/]/.test(`${address}/`);
  return /^postgres(ql)?:\/\//.test(address) && !/[?&]sslmode=(require|verify-ca|verify-full)(&|$)/.test(address);
}

/** Nothing leaves a process in clear text. */
export const tlsOnly: Rule = {
  name: 'tls-only',
  description: 'Every connection is encrypted',
  fix: 'use rediss://, wss://, https:// or sslmode=require, and keep SslEnforcement in the program',
  check({ type, properties }) {
    if (type === 'supabase:index:SslEnforcement' && properties['enforced'] !== true) {
      return ['the database takes connections without TLS'];
    }
    if (type !== 'railway:index:Variables') return [];
    const plain = textsOf(properties['variables']).filter(([, text]) => isPlain(text));
    return plain.map(([variable]) => `${variable} is an address without encryption`);
  },
  checkAll(resources, { layer }) {
    const isEnforced = ofType(resources, 'supabase:index:SslEnforcement').length > 0;
    return layer === 'data' && !isEnforced ? ['no SslEnforcement: the database takes connections without TLS'] : [];
  },
};
