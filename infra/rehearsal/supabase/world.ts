import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { milliseconds, type Duration } from '@keelson/kernel';
import type { Pace } from '../../src/providers/vendor/pace.ts';

export interface SupabaseProject {
  readonly ref: string;
  readonly organization: string;
  readonly region: string;
  name: string;
  /** Virtual time at which it is healthy again. */
  readyAt: number;
  password: string;
  pooler: { default_pool_size: number; pool_mode: 'transaction' | 'session' };
  postgres: Record<string, unknown>;
  auth: Record<string, unknown>;
  ssl: boolean;
  network: { dbAllowedCidrs: string[]; dbAllowedCidrsV6: string[] };
  readonly addons: Map<string, string>;
  backupTime: string;
  readonly extensions: Set<string>;
  readonly replicas: { readonly identifier: string; readonly region: string }[];
  readonly apiKeys: { readonly id: string; readonly name: string; readonly type: string; readonly value: string }[];
  readonly signingKeys: { readonly id: string; readonly algorithm: string; status: string }[];
}

/** From the request to a healthy project, and from another size to a healthy one: about what the dashboard shows. */
const COMES_UP_IN: Duration = '90 seconds';
const RESIZES_IN: Duration = '60 seconds';

/** What a project answers for settings that nobody set. */
const POSTGRES_DEFAULTS = {
  max_connections: 60,
  statement_timeout: '2min',
  shared_buffers: '224MB',
  work_mem: '2184kB',
};
const AUTH_DEFAULTS = { site_url: 'http://localhost:3000', uri_allow_list: '', jwt_exp: 3_600, disable_signup: false };

/** Everything that Supabase knows, as this machine plays it. */
export class SupabaseWorld {
  readonly pace: Pace;
  readonly projects = new Map<string, SupabaseProject>();

  constructor(pace: Pace) {
    this.pace = pace;
  }

  create(name: string, organization: string, region: string, password: string, size: string): SupabaseProject {
    const ref = Array.from({ length: 20 }, () => String.fromCharCode(97 + randomInt(26))).join('');
    const project: SupabaseProject = {
      ref,
      organization,
      region,
      name,
      password,
      readyAt: this.pace.now() + milliseconds(COMES_UP_IN),
      pooler: { default_pool_size: 15, pool_mode: 'transaction' },
      postgres: { ...POSTGRES_DEFAULTS },
      auth: { ...AUTH_DEFAULTS },
      ssl: false,
      network: { dbAllowedCidrs: ['0.0.0.0/0'], dbAllowedCidrsV6: ['::/0'] },
      addons: new Map([['compute_instance', `ci_${size}`]]),
      backupTime: '00:00:00',
      extensions: new Set(['plpgsql', 'uuid-ossp', 'pgcrypto']),
      replicas: [],
      apiKeys: [],
      signingKeys: [{ id: randomUUID(), algorithm: 'HS256', status: 'in_use' }],
    };
    this.projects.set(ref, project);
    return project;
  }

  statusOf(project: SupabaseProject): string {
    return this.pace.now() >= project.readyAt ? 'ACTIVE_HEALTHY' : 'COMING_UP';
  }

  /** Another size restarts the database. */
  book(project: SupabaseProject, type: string, variant: string): void {
    const changes = project.addons.get(type) !== variant;
    project.addons.set(type, variant);
    if (changes && type === 'compute_instance') project.readyAt = this.pace.now() + milliseconds(RESIZES_IN);
  }

  newKey(project: SupabaseProject, name: string, type: string): SupabaseProject['apiKeys'][number] {
    const key = { id: randomUUID(), name, type, value: `sb_${type}_${randomBytes(16).toString('hex')}` };
    project.apiKeys.push(key);
    return key;
  }

  /** As the API shows a secret of the auth configuration. */
  hashed(value: unknown): string {
    return createHash('sha256').update(String(value)).digest('hex');
  }
}
