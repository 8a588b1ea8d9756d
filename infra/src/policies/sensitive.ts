/** Inputs that hold secrets, by type. What is listed must be sealed in the state, and may hold what looks like a token. */
const SENSITIVE: Readonly<Record<string, readonly string[]>> = {
  'pulumi:providers:railway': ['token'],
  'pulumi:providers:supabase': ['token'],
  'pulumi:providers:upstash': ['apiKey'],
  'pulumi:providers:cloudflare': ['apiToken', 'apiKey'],
  'pulumi:providers:vercel': ['apiToken'],
  'pulumi:providers:github': ['token'],
  'railway:index:ServiceInstance': ['registryCredentials'],
  'railway:index:Variables': ['variables'],
  'supabase:index:Project': ['databasePassword'],
  'vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable': ['value'],
  'github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret': ['plaintextValue', 'value', 'encryptedValue'],
};

export function sensitiveOf(type: string): readonly string[] {
  return SENSITIVE[type] ?? [];
}

export function isSensitive(type: string, property: string): boolean {
  return sensitiveOf(type).includes(property);
}
