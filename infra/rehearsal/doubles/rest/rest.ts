import type { EmulatedAnswer, EmulatedRequest, EmulatedVendor } from '../../emulator/http-emulator.ts';
import { Router, type Routes } from '../../emulator/routes.ts';

/** What differs from vendor to vendor. */
export interface RestFront {
  readonly name: string;
  readonly token: string;
  /** How the vendor lets a token be named in the authorization. */
  readonly schemes?: readonly string[];
  /** Questions only: what is made is made through the official provider's stand-in. */
  readonly routes: Routes;
  failure(status: number, message: string): EmulatedAnswer;
}

/** The REST API of a doubled vendor, as far as the program itself asks it: to find what an update made and lost. */
export class DoubledRest implements EmulatedVendor {
  readonly name: string;
  readonly #front: RestFront;
  readonly #router: Router;

  constructor(front: RestFront) {
    this.name = front.name;
    this.#front = front;
    this.#router = new Router(front.routes);
  }

  classify({ method, path }: EmulatedRequest): { operation: string; mutating: boolean } {
    return { operation: `${method} ${path}`, mutating: method !== 'GET' };
  }

  async answer(request: EmulatedRequest): Promise<EmulatedAnswer> {
    const { token, schemes = ['Bearer'] } = this.#front;
    const isKnown = schemes.some((scheme) => request.headers.authorization === `${scheme} ${token}`);
    if (!isKnown) return this.failure(401, 'Unauthorized');
    return this.#router.answer(request) ?? this.failure(404, 'not found');
  }

  failure(status: number, message: string): EmulatedAnswer {
    return this.#front.failure(status, message);
  }
}
