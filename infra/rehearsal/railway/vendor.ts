import type { Pace } from '../../src/providers/vendor/pace.ts';
import type { EmulatedAnswer, EmulatedRequest, EmulatedVendor } from '../emulator/http-emulator.ts';
import { GraphqlFront, operationOf, type GraphqlRequest } from './graphql.ts';
import { railwayResolvers } from './resolvers.ts';
import { RailwayWorld } from './world.ts';

/** Railway on this machine: one GraphQL address, bearer tokens, errors with status 200. */
export class EmulatedRailway implements EmulatedVendor {
  readonly name = 'railway';
  readonly world: RailwayWorld;
  readonly front: GraphqlFront;
  readonly #tokens: ReadonlySet<string>;

  constructor(pace: Pace, tokens: readonly string[], options: { readonly blanks?: boolean } = {}) {
    this.world = new RailwayWorld(pace);
    this.front = new GraphqlFront(railwayResolvers(this.world), options);
    this.#tokens = new Set(tokens);
  }

  classify({ body }: EmulatedRequest): { operation: string; mutating: boolean } {
    const { name, mutating } = operationOf(body as GraphqlRequest);
    return { operation: name, mutating };
  }

  async answer({ headers, body, path }: EmulatedRequest): Promise<EmulatedAnswer> {
    if (path !== '/graphql/v2') return { status: 404 };
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (token === undefined || !this.#tokens.has(token)) {
      return { status: 200, body: { data: null, errors: [{ message: 'Not Authorized' }] } };
    }
    return { status: 200, body: await this.front.answer(body as GraphqlRequest) };
  }

  failure(status: number, message: string): EmulatedAnswer {
    return { status, body: { errors: [{ message }] } };
  }
}
