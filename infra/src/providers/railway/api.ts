import type { z } from 'zod';
import { checkedAnswer, unlessGone } from '../vendor/answer.ts';
import { VendorClient } from '../vendor/client.ts';
import { VendorError, type VendorFailure } from '../vendor/errors.ts';
import type { Pace } from '../vendor/pace.ts';
import { withoutSecrets } from '../vendor/redact.ts';

const VENDOR = 'Railway';
/** Railway's public API: one address, GraphQL. */
const PRODUCTION_URL = 'https://backboard.railway.com';
const PATH = '/graphql/v2';

export interface RailwaySettings {
  /** A workspace token: account tokens reach more, project tokens less than the program manages. */
  readonly token: string;
  /** Only for rehearsals. */
  readonly baseUrl?: string;
  readonly pace: Pace;
}

export interface RailwayCall<Answer> {
  /** For messages: `create the service "api"`. */
  readonly what: string;
  /** One named operation; its name is what journals and faults go by. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Shape of `data`. */
  readonly answer: z.ZodType<Answer>;
  /** True for queries and for mutations that set what shall be. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
}

/** What GraphQL errors of this vendor mean; the API has no codes for most of them. */
const MEANINGS: readonly (readonly [RegExp, VendorFailure])[] = [
  [/not authorized|unauthorized|invalid token/i, 'unauthorized'],
  [/limit reached|exceeded|upgrade|subscription|plan/i, 'forbidden'],
  [/not found|does not exist/i, 'not_found'],
  [/already (exists|taken|in use)|not available|name is taken/i, 'conflict'],
];

const TOKEN_HINT =
  'Make a workspace token at Railway (Account settings → Tokens) and set it: `pulumi config set --secret keelson:railwayToken`, which asks for it.';

/** Talks GraphQL to Railway. Errors in an answer with status 200 become the same errors as those of HTTP. */
export class RailwayApi {
  readonly #client: VendorClient;

  constructor({ token, baseUrl = PRODUCTION_URL, pace }: RailwaySettings) {
    this.#client = new VendorClient({
      vendor: VENDOR,
      baseUrl,
      authorization: { authorization: `Bearer ${token}` },
      tokenHint: TOKEN_HINT,
      pace,
    });
  }

  get pace(): Pace {
    return this.#client.pace;
  }

  async run<Answer>({ what, query, variables, answer, repeatable, signal }: RailwayCall<Answer>): Promise<Answer> {
    const operationName = /^\s*(?:query|mutation)\s+(\w+)/.exec(query)?.[1];
    const { body } = await this.#client.request({
      what,
      method: 'POST',
      path: PATH,
      body: { query, variables, operationName },
      repeatable,
      ...(signal && { signal }),
    });
    const { data, errors } = (body ?? {}) as { data?: unknown; errors?: readonly { message?: string }[] };
    if (errors && errors.length > 0) {
      const words = errors.map(({ message }) => message ?? '').join('; ');
      throw graphqlError(what, withoutSecrets(words, { variables }));
    }
    return checkedAnswer(data, answer, { vendor: VENDOR, what });
  }

  /** As `run`, for things that may be gone: undefined then. */
  find<Answer>(call: RailwayCall<Answer>): Promise<Answer | undefined> {
    return unlessGone(this.run(call));
  }
}

function graphqlError(what: string, words: string): VendorError {
  const failure = MEANINGS.find(([pattern]) => pattern.test(words))?.[1] ?? 'refused';
  const fix = failure === 'unauthorized' ? ` ${TOKEN_HINT}` : '';
  return new VendorError(failure, `Could not ${what}: Railway says "${words.slice(0, 300)}".${fix}`);
}
