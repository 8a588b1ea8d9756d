import { z } from 'zod';
import { vendorContext } from '../vendor/context.ts';
import { RestApi } from '../vendor/rest.ts';

const PRODUCTION_URL = 'https://api.upstash.com/v2';

const configuration = z.object({
  email: z.string().min(3, 'must be the e-mail address of the account'),
  apiKey: z.string().min(1, 'must be a management API key of Upstash'),
});

/** Upstash's Developer API, with HTTP Basic. */
export const { checkConfig, configure } = vendorContext(
  'UPSTASH',
  configuration,
  ({ email, apiKey }, { pace, baseUrl }) =>
    new RestApi({
      vendor: 'Upstash',
      baseUrl: baseUrl === undefined ? PRODUCTION_URL : `${baseUrl}/v2`,
      authorization: { authorization: `Basic ${Buffer.from(`${email}:${apiKey}`).toString('base64')}` },
      tokenHint:
        'Make a management API key at Upstash (Account → Management API) and set it: `pulumi config set --secret keelson:upstashApiKey`, which asks for it.',
      pace,
    }),
);
