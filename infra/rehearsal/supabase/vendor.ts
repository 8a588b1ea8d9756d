import type { Pace } from '../../src/providers/vendor/pace.ts';
import type { EmulatedAnswer, EmulatedRequest, EmulatedVendor } from '../emulator/http-emulator.ts';
import { OpenApiChecks } from '../emulator/openapi.ts';
import { Router } from '../emulator/routes.ts';
import { type Body, refused } from './routes/answers.ts';
import { keyRoutes } from './routes/keys.ts';
import { paidRoutes } from './routes/paid.ts';
import { projectRoutes } from './routes/projects.ts';
import { settingRoutes } from './routes/settings.ts';
import { SupabaseWorld } from './world.ts';

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
