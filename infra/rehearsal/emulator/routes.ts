import type { EmulatedAnswer, EmulatedRequest } from './http-emulator.ts';

/** What a route's function gets: the request, and the parts of its path in order. */
export type RouteHandler = (request: EmulatedRequest, ...parts: string[]) => EmulatedAnswer;

/** `['GET /v1/projects/:ref', …]`: routes of a REST API, the first that fits is taken. */
export type Routes = readonly (readonly [route: string, handler: RouteHandler])[];

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handler: RouteHandler;
}

/** Finds the function for a request; undefined for a path that the emulator does not play. */
export class Router {
  readonly #routes: readonly Route[];

  constructor(routes: Routes) {
    this.#routes = routes.map(([route, handler]) => {
      const [method = '', path = ''] = route.split(' ');
      return { method, path: new RegExp(`^${path.replaceAll(/:[a-zA-Z]+/g, '([^/]+)')}$`), handler };
    });
  }

  answer(request: EmulatedRequest): EmulatedAnswer | undefined {
    for (const { method, path, handler } of this.#routes) {
      const match = method === request.method ? path.exec(request.path) : null;
      if (match) return handler(request, ...match.slice(1).map(decodeURIComponent));
    }
    return undefined;
  }
}
