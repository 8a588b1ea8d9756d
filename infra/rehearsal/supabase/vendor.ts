import { randomUUID } from 'node:crypto';
import { hashedKeys } from '../../src/providers/supabase/auth.ts';
import type { Pace } from '../../src/providers/vendor/pace.ts';
import type { EmulatedAnswer, EmulatedRequest, EmulatedVendor } from '../emulator/http-emulator.ts';
import { OpenApiChecks } from '../emulator/openapi.ts';
import { Router, type Routes } from '../emulator/routes.ts';
import { SupabaseWorld, type SupabaseProject } from './world.ts';

type Body = Record<string, unknown>;

interface NewProject {
  readonly name: string;
  readonly organization_slug: string;
  readonly db_pass: string;
  readonly region_selection: { readonly code: string };
  readonly desired_instance_size?: string;
}

const ok = (body?: unknown): EmulatedAnswer => ({ status: 200, body });
const made = (body?: unknown): EmulatedAnswer => ({ status: 201, body });
const refused = (status: number, message: string): EmulatedAnswer => ({ status, body: { message } });
const WHEN = '2026-01-01T00:00:00.000Z';

/** Supabase's Management API on this machine. */
export class EmulatedSupabase implements EmulatedVendor {
  readonly name = 'supabase';
  readonly world: SupabaseWorld;
  readonly checks = new OpenApiChecks('supabase', 'supabase-management-openapi.json', 'Supabase Management API');
  readonly #tokens: ReadonlySet<string>;
  readonly #router: Router;

  constructor(pace: Pace, tokens: readonly string[]) {
    this.world = new SupabaseWorld(pace);
    this.#tokens = new Set(tokens);
    this.#router = new Router([
      ...projectRoutes(this.world),
      ...settingRoutes(this.world),
      ...paidRoutes(this.world),
      ...keyRoutes(this.world),
    ]);
  }

  classify({ method, path, body }: EmulatedRequest): { operation: string; mutating: boolean } {
    const operation = `${method} ${path.replace(/\/projects\/[a-z]{20}/, '/projects/{ref}')}`;
    const reads = method === 'GET' || /^\s*select\b/i.test(String((body as Body | undefined)?.['query'] ?? ''));
    return { operation, mutating: !reads };
  }

  async answer(request: EmulatedRequest): Promise<EmulatedAnswer> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !this.#tokens.has(token)) return refused(401, 'Unauthorized');
    const { operation } = this.classify(request);
    if (!this.checks.request(operation, request)) return refused(400, 'The request is not valid');
    const routed = this.#router.answer(request) ?? refused(404, 'Not found');
    const answer = request.path.endsWith('/config/auth') ? this.#completed(request, routed) : routed;
    this.checks.answer(operation, request, answer);
    return answer;
  }

  failure(status: number, message: string): EmulatedAnswer {
    return refused(status, message);
  }

  /** The vendor answers all of its settings, also those that nobody ever set. */
  #completed(request: EmulatedRequest, answer: EmulatedAnswer): EmulatedAnswer {
    if (answer.status !== 200) return answer;
    return { ...answer, body: { ...this.checks.blank(request), ...(answer.body as Body) } };
  }
}

/** A route of one project; 404 when there is none, 400 as long as it comes up, as the vendor has it. */
function ofProject(
  world: SupabaseWorld,
  act: (project: SupabaseProject, body: Body, part: string, query: URLSearchParams) => EmulatedAnswer,
  needsReady = true,
): Routes[number][1] {
  return ({ body, query }, ref, part = '') => {
    const project = world.projects.get(ref ?? '');
    if (!project) return refused(404, 'Project not found');
    if (needsReady && world.statusOf(project) !== 'ACTIVE_HEALTHY') return refused(400, 'Project is not ready yet');
    return act(project, (body ?? {}) as Body, part, query);
  };
}

function summary(world: SupabaseWorld, project: SupabaseProject): Body {
  const { ref, organization, region, name } = project;
  return {
    id: ref,
    ref,
    organization_id: organization,
    organization_slug: organization,
    name,
    region,
    created_at: WHEN,
    status: world.statusOf(project),
  };
}

function whole(world: SupabaseWorld, project: SupabaseProject): Body {
  const database = {
    host: `db.${project.ref}.supabase.co`,
    version: '17.4.1.075',
    postgres_engine: '17',
    release_channel: 'ga',
  };
  return { ...summary(world, project), database };
}

function projectRoutes(world: SupabaseWorld): Routes {
  return [
    ['GET /v1/projects', () => ok([...world.projects.values()].map((project) => whole(world, project)))],
    [
      'POST /v1/projects',
      ({ body }) => {
        const wanted = body as NewProject;
        const { name, organization_slug: slug, db_pass: password, desired_instance_size: size = 'nano' } = wanted;
        const taken = [...world.projects.values()].some((one) => one.organization === slug && one.name === name);
        if (taken) return refused(409, `Project with name "${name}" already exists`);
        return made(summary(world, world.create(name, slug, wanted.region_selection.code, password, size)));
      },
    ],
    ['GET /v1/projects/:ref', ofProject(world, (project) => ok(whole(world, project)), false)],
    [
      'PATCH /v1/projects/:ref',
      ofProject(world, (project, { name }) => {
        project.name = String(name);
        return ok({ id: 1, ref: project.ref, name: project.name });
      }),
    ],
    [
      'DELETE /v1/projects/:ref',
      ofProject(
        world,
        ({ ref, name }) => {
          world.projects.delete(ref);
          return ok({ id: 1, ref, name });
        },
        false,
      ),
    ],
    [
      'PATCH /v1/projects/:ref/database/password',
      ofProject(world, (project, { password }) => {
        project.password = String(password);
        return ok({ message: 'Database password updated' });
      }),
    ],
    [
      'POST /v1/projects/:ref/database/query',
      ofProject(world, (project, { query }) => {
        const created = /^create extension if not exists "([^"]+)"/.exec(String(query))?.[1];
        if (created !== undefined) project.extensions.add(created);
        else if (!/from pg_extension$/.test(String(query)))
          return refused(400, 'The emulator does not play this statement');
        return made(created === undefined ? [...project.extensions].map((name) => ({ name })) : []);
      }),
    ],
  ];
}

function poolers(project: SupabaseProject): Body[] {
  const entry = (identifier: string, type: string): Body => {
    const host = `aws-0-${project.region}.pooler.supabase.com`;
    const text = `postgresql://postgres.${project.ref}:[YOUR-PASSWORD]@${host}:6543/postgres`;
    return {
      identifier,
      database_type: type,
      is_using_scram_auth: true,
      db_user: `postgres.${project.ref}`,
      db_host: host,
      db_port: 6_543,
      db_name: 'postgres',
      connection_string: text,
      connectionString: text,
      max_client_conn: 200,
      ...project.pooler,
    };
  };
  return [
    entry(project.ref, 'PRIMARY'),
    ...project.replicas.map(({ identifier }) => entry(identifier, 'READ_REPLICA')),
  ];
}

function authShown(world: SupabaseWorld, project: SupabaseProject): Body {
  return Object.fromEntries(
    Object.entries(project.auth).map(([key, value]) => [key, hashedKeys.test(key) ? world.hashed(value) : value]),
  );
}

function settingRoutes(world: SupabaseWorld): Routes {
  const base = '/v1/projects/:ref';
  const restrictions = ({ network }: SupabaseProject): Body => ({
    entitlement: 'allowed',
    config: network,
    status: 'applied',
  });
  return [
    [`GET ${base}/config/database/pooler`, ofProject(world, (project) => ok(poolers(project)))],
    [
      `PATCH ${base}/config/database/pooler`,
      ofProject(world, (project, body) => ok(Object.assign(project.pooler, body))),
    ],
    [`GET ${base}/config/database/postgres`, ofProject(world, ({ postgres }) => ok(postgres))],
    [
      `PUT ${base}/config/database/postgres`,
      ofProject(world, (project, { restart_database: _restart, ...settings }) =>
        ok(Object.assign(project.postgres, settings)),
      ),
    ],
    [`GET ${base}/config/auth`, ofProject(world, (project) => ok(authShown(world, project)))],
    [
      `PATCH ${base}/config/auth`,
      ofProject(world, (project, body) => {
        Object.assign(project.auth, body);
        return ok(authShown(world, project));
      }),
    ],
    [
      `GET ${base}/ssl-enforcement`,
      ofProject(world, ({ ssl }) => ok({ currentConfig: { database: ssl }, appliedSuccessfully: true })),
    ],
    [
      `PUT ${base}/ssl-enforcement`,
      ofProject(world, (project, { requestedConfig }) => {
        project.ssl = (requestedConfig as { database: boolean }).database;
        return ok({ currentConfig: { database: project.ssl }, appliedSuccessfully: true });
      }),
    ],
    [`GET ${base}/network-restrictions`, ofProject(world, (project) => ok(restrictions(project)))],
    [
      `POST ${base}/network-restrictions/apply`,
      ofProject(world, (project, body) => {
        Object.assign(project.network, body);
        return made(restrictions(project));
      }),
    ],
    [
      `GET ${base}/database/backups/schedule`,
      ofProject(world, ({ backupTime }) => ok({ schedule_for: backupTime, updated_at: WHEN })),
    ],
    [
      `PATCH ${base}/database/backups/schedule`,
      ofProject(world, (project, { schedule_for: time }) => {
        project.backupTime = String(time);
        return ok({ schedule_for: time, updated_at: WHEN });
      }),
    ],
  ];
}

function paidRoutes(world: SupabaseWorld): Routes {
  const base = '/v1/projects/:ref';
  const variant = (id: string): Body => ({
    id,
    name: id,
    price: { description: '', type: 'fixed', interval: 'monthly', amount: 10 },
  });
  return [
    [
      `GET ${base}/billing/addons`,
      ofProject(world, ({ addons }) =>
        ok({
          selected_addons: [...addons].map(([type, id]) => ({ type, variant: variant(id) })),
          available_addons: [],
        }),
      ),
    ],
    [
      `PATCH ${base}/billing/addons`,
      ofProject(world, (project, { addon_type: type, addon_variant: id }) => {
        // The vendor sells no recovery for the smallest computers.
        const small = ['ci_nano', 'ci_micro'].includes(project.addons.get('compute_instance') ?? '');
        if (type === 'pitr' && small) return refused(400, 'PITR needs a compute instance of at least small');
        world.book(project, String(type), String(id));
        return ok();
      }),
    ],
    [
      `DELETE ${base}/billing/addons/:variant`,
      ofProject(world, ({ addons }, _body, id) => {
        const type = [...addons].find(([, booked]) => booked === id)?.[0];
        if (type === undefined) return refused(404, 'Add-on not found');
        addons.delete(type);
        return ok();
      }),
    ],
    [
      `POST ${base}/read-replicas/setup`,
      ofProject(world, (project, { read_replica_region: region }) => {
        project.replicas.push({
          identifier: `${project.ref}-rr-${String(region)}-${randomUUID().slice(0, 5)}`,
          region: String(region),
        });
        return made();
      }),
    ],
    [
      `POST ${base}/read-replicas/remove`,
      ofProject(world, ({ replicas }, { database_identifier: id }) => {
        const index = replicas.findIndex(({ identifier }) => identifier === id);
        if (index < 0) return refused(404, 'Read replica not found');
        replicas.splice(index, 1);
        return made();
      }),
    ],
  ];
}

function keyRoutes(world: SupabaseWorld): Routes {
  const base = '/v1/projects/:ref';
  const keys = `${base}/config/auth/signing-keys`;
  const signing = (key: Body): Body => ({ ...key, created_at: WHEN, updated_at: WHEN });
  return [
    [
      `GET ${base}/api-keys`,
      ofProject(world, ({ apiKeys }) =>
        ok(apiKeys.map(({ id, name, type }) => ({ id, name, type, api_key: 'sb_···', prefix: '···' }))),
      ),
    ],
    [
      `POST ${base}/api-keys`,
      ofProject(world, (project, { name, type }, _part, query) => {
        const { id, value } = world.newKey(project, String(name), String(type));
        return made({ id, name, type, api_key: query.get('reveal') === 'true' ? value : 'sb_···' });
      }),
    ],
    [
      `DELETE ${base}/api-keys/:id`,
      ofProject(world, ({ apiKeys }, _body, id) => {
        const index = apiKeys.findIndex((key) => key.id === id);
        if (index < 0) return refused(404, 'API key not found');
        const [{ name, type } = { name: '', type: '' }] = apiKeys.splice(index, 1);
        return ok({ id, name, type });
      }),
    ],
    [`GET ${keys}`, ofProject(world, ({ signingKeys }) => ok({ keys: signingKeys.map((key) => signing({ ...key })) }))],
    [
      `POST ${keys}`,
      ofProject(world, (project, { algorithm, status }) => {
        const key = { id: randomUUID(), algorithm: String(algorithm), status: String(status ?? 'standby') };
        project.signingKeys.push(key);
        return made(signing({ ...key }));
      }),
    ],
    [
      `PATCH ${keys}/:id`,
      ofProject(world, ({ signingKeys }, { status }, id) => {
        const key = signingKeys.find((one) => one.id === id);
        if (!key) return refused(404, 'Signing key not found');
        if (status === 'in_use')
          for (const other of signingKeys) if (other.status === 'in_use') other.status = 'previously_used';
        key.status = String(status);
        return ok(signing({ ...key }));
      }),
    ],
  ];
}
