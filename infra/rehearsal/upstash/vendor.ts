import { randomBytes, randomUUID } from 'node:crypto';
import { milliseconds } from '@keelson/kernel';
import type { Pace } from '../../src/providers/vendor/pace.ts';
import type { EmulatedAnswer, EmulatedRequest, EmulatedVendor } from '../emulator/http-emulator.ts';
import { OpenApiChecks } from '../emulator/openapi.ts';
import { Router, type Routes } from '../emulator/routes.ts';

type Body = Record<string, unknown>;

export interface UpstashDatabase {
  readonly database_id: string;
  readonly password: string;
  readonly endpoint: string;
  readonly readyAt: number;
  database_name: string;
  primary_region: string;
  read_regions: string[];
  plan: string;
  budget: number;
  tls: boolean;
  eviction: boolean;
  daily_backup_enabled: boolean;
}

const ok = (body: unknown): EmulatedAnswer => ({ status: 200, body });
const refused = (status: number, error: string): EmulatedAnswer => ({ status, body: { error } });

/** Upstash's Developer API on this machine: databases of Redis, nothing else. */
export class EmulatedUpstash implements EmulatedVendor {
  readonly name = 'upstash';
  readonly databases = new Map<string, UpstashDatabase>();
  readonly checks = new OpenApiChecks('upstash', 'upstash-developer-openapi.yml', 'Upstash Developer API');
  readonly #pace: Pace;
  readonly #authorization: string;
  readonly #router: Router;

  constructor(pace: Pace, account: { readonly email: string; readonly apiKey: string }) {
    this.#pace = pace;
    this.#authorization = `Basic ${Buffer.from(`${account.email}:${account.apiKey}`).toString('base64')}`;
    this.#router = new Router(this.#routes());
  }

  classify({ method, path }: EmulatedRequest): { operation: string; mutating: boolean } {
    return { operation: `${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '{id}')}`, mutating: method !== 'GET' };
  }

  async answer(request: EmulatedRequest): Promise<EmulatedAnswer> {
    if (request.headers.authorization !== this.#authorization) return refused(401, 'Unauthorized');
    const { operation } = this.classify(request);
    // The document's paths begin after its server's /v2.
    const documented = { ...request, path: request.path.replace(/^\/v2/, '') };
    if (!this.checks.request(operation, documented)) return refused(400, 'invalid request');
    const answer = this.#router.answer(request) ?? refused(404, 'not found');
    this.checks.answer(operation, documented, answer);
    return answer;
  }

  failure(status: number, message: string): EmulatedAnswer {
    return refused(status, message);
  }

  #view(database: UpstashDatabase): Body {
    const { readyAt, plan, ...shown } = database;
    const state = this.#pace.now() >= readyAt ? 'active' : 'passive';
    return {
      ...shown,
      state,
      region: 'global',
      port: 6_379,
      type: plan === 'free' || plan === 'payg' ? plan : 'paid',
      creation_time: 1_700_000_000,
    };
  }

  #create({ body }: EmulatedRequest): EmulatedAnswer {
    const wanted = body as Body;
    const name = String(wanted['database_name']);
    if ([...this.databases.values()].some((one) => one.database_name === name))
      return refused(409, 'database name already exists');
    const database: UpstashDatabase = {
      database_id: randomUUID(),
      database_name: name,
      password: randomBytes(24).toString('base64url'),
      endpoint: `${name}.upstash.io`,
      readyAt: this.#pace.now() + milliseconds('8 seconds'),
      primary_region: String(wanted['primary_region']),
      read_regions: (wanted['read_regions'] as string[] | undefined) ?? [],
      plan: String(wanted['plan'] ?? 'payg'),
      budget: Number(wanted['budget'] ?? 20),
      tls: wanted['tls'] !== false,
      eviction: wanted['eviction'] === true,
      daily_backup_enabled: false,
    };
    this.databases.set(database.database_id, database);
    return ok(this.#view(database));
  }

  #change(change: (database: UpstashDatabase, body: Body) => void): Routes[number][1] {
    return ({ body }, id) => {
      const database = this.databases.get(id ?? '');
      if (!database) return refused(404, 'database not found');
      change(database, (body ?? {}) as Body);
      return ok('OK');
    };
  }

  /** A change that answers the database; the others only say OK. */
  #showing(change: (database: UpstashDatabase, body: Body) => void): Routes[number][1] {
    return (request, id) => {
      const answer = this.#change(change)(request, id ?? '');
      const database = this.databases.get(id ?? '');
      return database ? ok(this.#view(database)) : answer;
    };
  }

  #routes(): Routes {
    const text = (value: unknown): string => String(value);
    return [
      ['GET /v2/redis/databases', () => ok([...this.databases.values()].map((one) => this.#view(one)))],
      ['POST /v2/redis/database', (request) => this.#create(request)],
      [
        'GET /v2/redis/database/:id',
        ({ query }, id) => {
          const database = this.databases.get(id ?? '');
          if (!database) return refused(404, 'database not found');
          const { password, ...open } = this.#view(database);
          return ok(query.get('credentials') === 'hide' ? open : { ...open, password });
        },
      ],
      ['DELETE /v2/redis/database/:id', this.#change(({ database_id: id }) => this.databases.delete(id))],
      ['POST /v2/redis/rename/:id', this.#showing((one, { name }) => (one.database_name = text(name)))],
      ['POST /v2/redis/enable-tls/:id', this.#showing((one) => (one.tls = true))],
      ['POST /v2/redis/disable-eviction/:id', this.#change((one) => (one.eviction = false))],
      ['POST /v2/redis/:id/change-plan', this.#change((one, { plan_name: plan }) => (one.plan = text(plan)))],
      ['PATCH /v2/redis/update-budget/:id', this.#change((one, { budget }) => (one.budget = Number(budget)))],
      [
        'POST /v2/redis/update-regions/:id',
        this.#change((one, { read_regions: regions }) => (one.read_regions = regions as string[])),
      ],
      ['PATCH /v2/redis/enable-dailybackup/:id', this.#change((one) => (one.daily_backup_enabled = true))],
      ['PATCH /v2/redis/disable-dailybackup/:id', this.#change((one) => (one.daily_backup_enabled = false))],
    ];
  }
}
