import { Database } from '@keelson/persistence';
import {
  type CanActivate,
  createParamDecorator,
  type DynamicModule,
  type ExecutionContext,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type Type,
} from '@nestjs/common';
import { Gatekeeper, type RequestLimits } from './gatekeeper.ts';
import type { Identity, Role } from './identity.ts';
import { RateLimiter, type RateLimiterSettings } from './rate-limiter.ts';
import { type TokenSettings, TokenVerifier } from './token-verifier.ts';
import { WebhookKeys } from './webhook-keys.ts';

/** What the guard reads and writes of Fastify's request and reply. */
interface GuardedRequest {
  readonly method: string;
  readonly headers: { readonly authorization?: string };
  identity?: Identity;
}
interface GuardedReply {
  headers(values: Readonly<Record<string, string>>): unknown;
}

/** What a route asks of its callers beyond a token. */
export interface GuardOptions {
  /** False where no caller is ever to hear "too often": what stops trading. */
  readonly counted: boolean;
}

const guards = new Map<string, Type<CanActivate>>();

/**
 * A guard for `@UseGuards(requireIdentity('trader'))`: the caller's token, role and rate. What it learns is on the
 * request, for `CurrentIdentity` and the request log.
 */
export function requireIdentity(
  atLeast: Role = 'viewer',
  { counted }: GuardOptions = { counted: true },
): Type<CanActivate> {
  const name = `${atLeast}/${counted}`;
  const existing = guards.get(name);
  if (existing) return existing;
  class IdentityGuard implements CanActivate {
    readonly #gatekeeper: Gatekeeper;

    constructor(gatekeeper: Gatekeeper) {
      this.#gatekeeper = gatekeeper;
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const http = context.switchToHttp();
      const request = http.getRequest<GuardedRequest>();
      const { method, headers: given } = request;
      const { identity, headers } = await this.#gatekeeper.admit(
        { method, authorization: given.authorization },
        atLeast,
        counted,
      );
      request.identity = identity;
      http.getResponse<GuardedReply>().headers(headers);
      return true;
    }
  }
  Injectable()(IdentityGuard);
  Inject(Gatekeeper)(IdentityGuard, undefined, 0);
  guards.set(name, IdentityGuard);
  return IdentityGuard;
}

/** The identity of a guarded request; throws when no guard ran, which is a mistake in the wiring. */
export function identityOf(request: unknown): Identity {
  const { identity } = request as GuardedRequest;
  if (!identity) throw new Error('This route reads the identity but has no @UseGuards(requireIdentity())');
  return identity;
}

/** Parameter decorator: `@CurrentIdentity() identity: Identity` in a guarded controller. */
export const CurrentIdentity = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  identityOf(context.switchToHttp().getRequest()),
);

export interface AccessModuleSettings extends Omit<TokenSettings, 'clock'>, RateLimiterSettings {
  /** How often one user may read and write; not limited when absent. */
  readonly limits?: RequestLimits | undefined;
}

class RateLimiterLifetime implements OnApplicationShutdown {
  readonly #limiter: RateLimiter;

  constructor(limiter: RateLimiter) {
    this.#limiter = limiter;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#limiter.close();
  }
}

/** Provides TokenVerifier, WebhookKeys, RateLimiter and Gatekeeper to a whole service; needs PersistenceModule beside it. */
export class AccessModule {
  static register(settings: AccessModuleSettings): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [
        { provide: TokenVerifier, useFactory: () => new TokenVerifier(settings) },
        { provide: WebhookKeys, useFactory: (database: Database) => new WebhookKeys(database), inject: [Database] },
        { provide: RateLimiter, useFactory: () => new RateLimiter(settings) },
        {
          provide: Gatekeeper,
          useFactory: (tokens: TokenVerifier, limiter: RateLimiter) => new Gatekeeper(tokens, limiter, settings.limits),
          inject: [TokenVerifier, RateLimiter],
        },
        {
          provide: RateLimiterLifetime,
          useFactory: (limiter: RateLimiter) => new RateLimiterLifetime(limiter),
          inject: [RateLimiter],
        },
      ],
      exports: [TokenVerifier, WebhookKeys, RateLimiter, Gatekeeper],
    };
  }
}
Module({})(AccessModule);
