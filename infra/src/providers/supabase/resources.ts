import { ProviderResource, type Input } from '@pulumi/pulumi';
import { VendorResource, type ArgumentsOf, type CustomResourceOptions, type Output } from '../plugin/resource.ts';
import type { AuthValue } from './auth.ts';

/** Supabase with the token of who manages the organization. */
export class SupabaseProvider extends ProviderResource {
  constructor(name: string, args: { readonly token: Input<string> }, options?: CustomResourceOptions) {
    super('supabase', name, { ...args }, options);
  }
}

export interface ProjectArgs {
  readonly name: string;
  readonly organization: string;
  readonly region: string;
  readonly databasePassword: string;
  readonly instanceSize?: string;
}
export class Project extends VendorResource {
  declare readonly ref: Output<string>;
  /** Of the database itself; everyday connections go through the pooler. */
  declare readonly host: Output<string>;
  declare readonly poolerHost: Output<string>;

  constructor(name: string, args: ArgumentsOf<ProjectArgs>, options: CustomResourceOptions) {
    super(
      'supabase:index:Project',
      name,
      { ...args },
      { open: ['ref', 'host', 'poolerHost', 'engine', 'status'] },
      options,
    );
  }
}

/** What each kind of setting takes beside the project that it belongs to. */
interface SettingArgs {
  readonly AuthConfig: { readonly settings: Record<string, AuthValue> };
  readonly BackupSchedule: { readonly time: string };
  readonly NetworkRestrictions: { readonly allowed: string[]; readonly allowedV6: string[] };
  readonly PoolerConfig: { readonly poolMode: 'transaction' | 'session'; readonly defaultPoolSize: number };
  readonly PostgresConfig: { readonly settings: Record<string, string | number | boolean> };
  readonly SslEnforcement: { readonly enforced: boolean };
  readonly Addon: { readonly type: 'compute_instance' | 'pitr' | 'ipv4' | 'custom_domain'; readonly variant: string };
  readonly Extension: { readonly name: string };
  readonly ReadReplica: { readonly region: string; readonly number: number };
  readonly SigningKey: { readonly algorithm: 'ES256' | 'EdDSA' | 'RS256' };
}

/** A setting, add-on, extension, replica or key of a project: it has inputs and no outputs of use. */
export class ProjectSetting<Kind extends keyof SettingArgs> extends VendorResource {
  constructor(
    kind: Kind,
    name: string,
    args: ArgumentsOf<SettingArgs[Kind]> & { readonly ref: Input<string> },
    options: CustomResourceOptions,
  ) {
    super(`supabase:index:${kind}`, name, { ...args }, {}, options);
  }
}

export class ApiKey extends VendorResource {
  declare readonly key: Output<string>;

  constructor(
    name: string,
    args: ArgumentsOf<{ readonly ref: string; readonly name: string; readonly type: 'publishable' | 'secret' }>,
    options: CustomResourceOptions,
  ) {
    super('supabase:index:ApiKey', name, { ...args }, { secret: ['key'] }, options);
  }
}
