import type { z } from 'zod';
import { checkedAnswer, unlessGone } from './answer.ts';
import { VendorClient, type VendorRequest, type VendorSettings } from './client.ts';
import type { Pace } from './pace.ts';

export type RestRequest<Answer> = VendorRequest & { readonly answer: z.ZodType<Answer> };

/** A vendor's REST API whose answers are checked before anybody uses them. */
export class RestApi {
  readonly #client: VendorClient;
  readonly #vendor: string;

  constructor(settings: VendorSettings) {
    this.#client = new VendorClient(settings);
    this.#vendor = settings.vendor;
  }

  get pace(): Pace {
    return this.#client.pace;
  }

  /** The parsed answer; what the vendor adds beyond the schema is ignored. */
  async run<Answer>({ answer, ...request }: RestRequest<Answer>): Promise<Answer> {
    const { body } = await this.#client.request(request);
    return checkedAnswer(body, answer, { vendor: this.#vendor, what: request.what });
  }

  /** As `run`, for things that may be gone: undefined then. */
  find<Answer>(request: RestRequest<Answer>): Promise<Answer | undefined> {
    return unlessGone(this.run(request));
  }

  /** A change whose answer says nothing of use; with `gone`, "not found" counts as done. */
  async do(request: VendorRequest & { readonly gone?: boolean }): Promise<void> {
    const { gone = false, ...plain } = request;
    const done = this.#client.request(plain);
    await (gone ? unlessGone(done) : done);
  }
}
