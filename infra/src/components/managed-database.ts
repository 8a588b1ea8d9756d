import { all, ComponentResource, interpolate, secret, type Output, type ProviderResource } from '@pulumi/pulumi';
import { addressesOf } from '../cloud/addresses.ts';
import type { CloudContext } from '../cloud/context.ts';
import { Password } from '../providers/generated/resources.ts';
import { authSettings } from '../providers/supabase/auth.ts';
import { ApiKey, Project, ProjectSetting } from '../providers/supabase/resources.ts';

/** The role that services log in as; row-level security applies to it without exception. */
const APP_ROLE = 'keelson_app';
/** Encrypted; the vendor's certificate is signed by its own authority, which images do not have. */
const TLS = 'sslmode=require&uselibpqcompat=true';
/** The pooler's two doors: transactions for everyday work, sessions for advisory locks. */
const PORTS = { transaction: 6_543, session: 5_432 } as const;

/** Supabase: PostgreSQL 17 with pooler and auth, set to what Keelson needs, and nothing else reachable. */
export class ManagedDatabase extends ComponentResource {
  readonly ref: Output<string>;
  /** For services, through the transaction pooler. */
  readonly url: Output<string>;
  /** For services that hold session locks. */
  readonly sessionUrl: Output<string>;
  /** For migrations, as the owner. */
  readonly adminUrl: Output<string>;
  readonly appPassword: Output<string>;
  readonly issuer: Output<string>;
  readonly publishableKey: Output<string>;

  constructor(context: CloudContext, supabase: ProviderResource) {
    super('keelson:cloud:Database', 'database', {}, { providers: [supabase] });
    const { size, settings, home, protect } = context;
    const of = { bytes: 24, generation: settings.passwordGeneration };
    const place = { parent: this };
    const ownerPassword = new Password('database-owner', of, place).value;
    this.appPassword = new Password('database-app', of, place).value;
    const project = new Project(
      'project',
      {
        name: context.name(),
        organization: settings.supabaseOrganization,
        region: home.supabase,
        databasePassword: ownerPassword,
        instanceSize: size.supabase.compute,
      },
      // Another size is booked as an add-on: the size at birth is history.
      { parent: this, protect, ignoreChanges: ['instanceSize'] },
    );
    this.ref = project.ref;
    const user = (role: string, password: Output<string>, port: number): Output<string> =>
      secret(
        interpolate`postgresql://${role}.${project.ref}:${password}@${project.poolerHost}:${port}/postgres?${TLS}`,
      );
    this.url = user(APP_ROLE, this.appPassword, PORTS.transaction);
    this.sessionUrl = user(APP_ROLE, this.appPassword, PORTS.session);
    this.adminUrl = user('postgres', ownerPassword, PORTS.session);
    this.issuer = interpolate`https://${project.ref}.supabase.co/auth/v1`;
    this.set(context, project);
    this.publishableKey = new ApiKey(
      'web-key',
      { ref: project.ref, name: 'keelson_web', type: 'publishable' },
      place,
    ).key;
    this.registerOutputs({});
  }

  /** Everything that a project is set to. In a row: each of the first few restarts the database. */
  private set({ environment, size, settings, home }: CloudContext, project: Project): void {
    const { compute, pointInTimeDays, readReplicas, poolSize } = size.supabase;
    const { ref } = project;
    const first = { parent: this };
    const booked = new ProjectSetting(
      'Addon',
      'compute',
      { ref, type: 'compute_instance', variant: `ci_${compute}` },
      first,
    );
    const next = { parent: this, dependsOn: [booked] };
    const postgres = {
      max_connections: Math.max(60, poolSize * 2),
      statement_timeout: '30s',
      track_commit_timestamp: true,
    };
    const configured = new ProjectSetting('PostgresConfig', 'postgres', { ref, settings: postgres }, next);
    const rest = { parent: this, dependsOn: [configured] };
    new ProjectSetting('PoolerConfig', 'pooler', { ref, poolMode: 'transaction', defaultPoolSize: poolSize }, rest);
    new ProjectSetting('SslEnforcement', 'tls', { ref, enforced: true }, rest);
    // Services come from addresses that Railway chooses; the pooler, TLS and passwords are what keeps others out.
    new ProjectSetting('NetworkRestrictions', 'network', { ref, allowed: ['0.0.0.0/0'], allowedV6: ['::/0'] }, rest);
    new ProjectSetting('BackupSchedule', 'backups', { ref, time: '03:30:00' }, rest);
    new ProjectSetting('Extension', 'vector', { ref, name: 'vector' }, rest);
    new ProjectSetting('SigningKey', 'token-signing', { ref, algorithm: 'ES256' }, rest);
    if (pointInTimeDays > 0) {
      new ProjectSetting('Addon', 'recovery', { ref, type: 'pitr', variant: `pitr_${pointInTimeDays}` }, rest);
    }
    for (let number = 1; number <= readReplicas; number += 1) {
      new ProjectSetting('ReadReplica', `replica-${number}`, { ref, region: home.supabase, number }, rest);
    }
    const { app } = addressesOf(environment, settings);
    const auth = authSettings({
      siteUrl: `https://${app}`,
      redirectUrls: [`https://${app}/auth/callback`],
      signUp: 'invited',
      email: { password: true, magicLinkValidFor: '1 hour' },
      totp: true,
      providers: {},
      accessTokenFor: '1 hour',
      refreshTokenFor: '7 days',
    });
    new ProjectSetting('AuthConfig', 'auth', { ref, settings: auth }, rest);
  }
}

/** What the data layer tells the other one, in a form that is parsed there. */
export function databaseOutputs(database: ManagedDatabase): Output<Record<string, string>> {
  const { url, sessionUrl, adminUrl, appPassword, issuer, publishableKey } = database;
  return secret(all({ url, sessionUrl, adminUrl, appPassword, issuer, publishableKey }));
}
