import type { z } from 'zod';
import { VendorClient, type VendorRequest, type VendorSettings } from './client.ts';
import { isFailure, VendorError } from './errors.ts';
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
    const parsed = answer.safeParse(body);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new VendorError(
      'refused',
      `Could not ${request.what}: ${this.#vendor} answered in an unknown form (${where})`,
    );
  }

  /** As `run`, for things that may be gone: undefined then. */
  async find<Answer>(request: RestRequest<Answer>): Promise<Answer | undefined> {
    try {
      return await this.run(request);
    } catch (error) {
      if (isFailure(error, 'not_found')) return undefined;
      throw error;
    }
  }

  /** A change whose answer says nothing of use; with `gone`, "not found" counts as done. */
  async do(request: VendorRequest & { readonly gone?: boolean }): Promise<void> {
    const { gone = false, ...plain } = request;
    try {
      await this.#client.request(plain);
    } catch (error) {
      if (!gone || !isFailure(error, 'not_found')) throw error;
    }
  }
}
