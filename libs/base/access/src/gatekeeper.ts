import type { Rate } from '@keelson/kernel';
import { hasRole, type Identity, type Role } from './identity.ts';
import { type RateLimiter, type RateLimitHeaders, userBucket } from './rate-limiter.ts';
import { AccessRefused } from './refusal.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** How often one user may read and write. */
export interface RequestLimits {
  readonly read: Rate;
  readonly write: Rate;
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The way into an API: token, role, then the user's rate. */
export class Gatekeeper {
  readonly #tokens: TokenVerifier;
  readonly #limiter: RateLimiter;
  readonly #limits: RequestLimits | undefined;

  constructor(tokens: TokenVerifier, limiter: RateLimiter, limits?: RequestLimits) {
    this.#tokens = tokens;
    this.#limiter = limiter;
    this.#limits = limits;
  }

  /** Who makes the request, and the headers to answer with. Throws AccessRefused. */
  async admit(
    request: { readonly authorization: string | undefined; readonly method: string },
    atLeast: Role,
    counted = true,
  ): Promise<{ readonly identity: Identity; readonly headers: RateLimitHeaders }> {
    const identity = await this.#tokens.verifyHeader(request.authorization);
    if (!hasRole(identity, atLeast)) {
      throw new AccessRefused('FORBIDDEN', 'role-too-low', `This needs the role ${atLeast}; yours is ${identity.role}`);
    }
    const category = READS.has(request.method) ? 'read' : 'write';
    const rate = counted ? this.#limits?.[category] : undefined;
    const headers = await this.#limiter.admit(rate && userBucket(category, identity.userId, rate));
    return { identity, headers };
  }
}
