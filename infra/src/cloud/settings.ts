import type { CloudEnvironment } from '../environments/environment.ts';
import type { Layer } from '../environments/named.ts';
import type { ConfigReader } from '../settings.ts';

/** One value that a person gives a stack. */
export interface SettingSpec {
  readonly key: string;
  /** What it is, and where it is had. */
  readonly purpose: string;
  readonly secret: boolean;
  readonly layers: readonly Layer[];
  /** Used where nothing is set; without one the value must be set. */
  readonly usual?: string;
  readonly pattern: RegExp;
  /** The pattern in words. */
  readonly form: string;
}

const text = { pattern: /^.+$/s, form: 'a text' };
const data: readonly Layer[] = ['data'];
const app: readonly Layer[] = ['app'];
const both: readonly Layer[] = ['data', 'app'];

/** Everything that a cloud environment asks of a person. docs/environments/ and Pulumi.yaml are checked against it. */
export const cloudSettings = {
  installation: {
    key: 'installation',
    purpose: 'six letters or digits that make every name this installation’s own; choose once, never change',
    secret: false,
    layers: both,
    pattern: /^[a-z][a-z0-9]{5}$/,
    form: 'a letter and five letters or digits, in lower case',
  },
  domain: {
    key: 'domain',
    purpose: 'the domain whose DNS zone is at Cloudflare, e.g. example.com',
    secret: false,
    layers: both,
    pattern: /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
    form: 'a domain name in lower case',
  },
  image: {
    key: 'image',
    purpose: 'the image that runs, as `keelson image push` printed it',
    secret: false,
    layers: app,
    pattern: /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$/,
    form: 'registry/name@sha256:<digest>; a tag may change under a running service',
  },
  size: {
    key: 'size',
    purpose: 'another size than the environment’s own: personal, growth, scale or enterprise',
    secret: false,
    layers: both,
    usual: '',
    pattern: /^(personal|growth|scale|enterprise)?$/,
    form: 'personal, growth, scale or enterprise',
  },
  passwordGeneration: {
    key: 'passwordGeneration',
    purpose: 'counts the passwords of the database; another number makes new ones',
    secret: false,
    layers: data,
    usual: '1',
    pattern: /^\d{1,6}$/,
    form: 'a whole number',
  },
  registryUser: {
    key: 'registryUser',
    purpose: 'who pulls the image from a private registry',
    secret: false,
    layers: app,
    usual: '',
    pattern: /^.*$/s,
    form: 'a user name',
  },
  registryPassword: {
    key: 'registryPassword',
    purpose: 'password or token of registryUser, allowed to pull only',
    secret: true,
    layers: app,
    usual: '',
    pattern: /^.*$/s,
    form: 'a password',
  },
  alertEmail: {
    key: 'alertEmail',
    purpose: 'who is told of budgets and broken origins',
    secret: false,
    layers: both,
    pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
    form: 'an e-mail address',
  },
  railwayToken: { key: 'railwayToken', purpose: 'workspace token of Railway', secret: true, layers: app, ...text },
  railwayWorkspace: { key: 'railwayWorkspace', purpose: 'id of the workspace', secret: false, layers: app, ...text },
  supabaseToken: {
    key: 'supabaseToken',
    purpose: 'personal access token of Supabase',
    secret: true,
    layers: data,
    ...text,
  },
  supabaseOrganization: {
    key: 'supabaseOrganization',
    purpose: 'slug of the organization at Supabase',
    secret: false,
    layers: data,
    ...text,
  },
  upstashEmail: { key: 'upstashEmail', purpose: 'account of Upstash', secret: false, layers: data, ...text },
  upstashApiKey: {
    key: 'upstashApiKey',
    purpose: 'management API key of Upstash',
    secret: true,
    layers: data,
    ...text,
  },
  cloudflareToken: {
    key: 'cloudflareToken',
    purpose: 'API token of Cloudflare: DNS, R2, load balancing and notifications of one zone',
    secret: true,
    layers: both,
    ...text,
  },
  cloudflareAccount: {
    key: 'cloudflareAccount',
    purpose: 'account id of Cloudflare',
    secret: false,
    layers: both,
    pattern: /^[0-9a-f]{32}$/,
    form: '32 hexadecimal digits',
  },
  cloudflareZone: {
    key: 'cloudflareZone',
    purpose: 'zone id of the domain',
    secret: false,
    layers: app,
    pattern: /^[0-9a-f]{32}$/,
    form: '32 hexadecimal digits',
  },
  vercelToken: { key: 'vercelToken', purpose: 'access token of Vercel', secret: true, layers: app, ...text },
  vercelTeam: { key: 'vercelTeam', purpose: 'team id of Vercel', secret: false, layers: app, ...text },
  githubToken: {
    key: 'githubToken',
    purpose: 'fine-grained token of the repository: administration, environments, secrets',
    secret: true,
    layers: app,
    ...text,
  },
  githubOwner: { key: 'githubOwner', purpose: 'owner of the repository', secret: false, layers: app, ...text },
  githubRepository: { key: 'githubRepository', purpose: 'name of the repository', secret: false, layers: app, ...text },
  githubReviewers: {
    key: 'githubReviewers',
    purpose: 'numbers of the users who may approve a deployment, comma separated',
    secret: false,
    layers: app,
    usual: '',
    pattern: /^(\d+(,\d+)*)?$/,
    form: 'numbers joined by commas',
  },
} as const satisfies Readonly<Record<string, SettingSpec>>;

export type SettingName = keyof typeof cloudSettings;
/** Values by name; those of the other layer are empty texts that nobody reads. */
export type CloudSettings = Readonly<Record<SettingName, string>>;

/** Every value that a stack needs, checked; throws one error that names all that is missing or wrong, with the fix. */
export function normalizeCloudSettings(
  config: ConfigReader,
  environment: CloudEnvironment,
  layer: Layer,
): CloudSettings {
  const stack = layer === 'data' ? `${environment.name}-data` : environment.name;
  const problems: string[] = [];
  const values = Object.entries<SettingSpec>(cloudSettings).map(([name, spec]): [string, string] => {
    if (!spec.layers.includes(layer)) return [name, ''];
    const value = config.get(spec.key) ?? spec.usual;
    // A secret is asked for: in the line it would be in the shell's history and in the list of processes.
    const words = spec.secret ? `--secret keelson:${spec.key}` : `keelson:${spec.key} <value>`;
    const command = `pulumi config set ${words} -s ${stack}`;
    if (value === undefined) {
      problems.push(`${spec.key} is missing: ${spec.purpose}. Set it: ${command}`);
    } else if (!spec.pattern.test(value)) {
      // The value of a secret is nobody's business; that of another one helps to see the slip.
      const shown = spec.secret ? '' : ` "${value.slice(0, 100)}"`;
      problems.push(`${spec.key}${shown} is not ${spec.form}. Set it: ${command}`);
    }
    return [name, value ?? ''];
  });
  if (problems.length > 0) {
    throw new Error(`The stack ${stack} cannot be planned:\n  ${problems.join('\n  ')}`);
  }
  return Object.fromEntries(values) as CloudSettings;
}

/** `keelson-prod-a1b2c3`: the natural key by which an earlier, interrupted run's resource is known to be ours. */
export function nameOf(environment: CloudEnvironment, settings: CloudSettings, part?: string): string {
  return ['keelson', environment.name, settings.installation, part].filter(Boolean).join('-');
}
