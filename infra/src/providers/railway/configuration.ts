import { z } from 'zod';
import type { ProviderDefinition } from '../plugin/definition.ts';
import { vendorContext } from '../vendor/context.ts';
import { RailwayApi } from './api.ts';

const configuration = z.object({ token: z.string().min(1, 'must be a workspace token of Railway') });

/** What the handlers of this package work with. */
export const { checkConfig, configure } = vendorContext('RAILWAY', configuration, ({ token }, { pace, baseUrl }) => {
  return new RailwayApi({ token, pace, ...(baseUrl === undefined ? {} : { baseUrl }) });
}) satisfies Pick<ProviderDefinition<RailwayApi>, 'checkConfig' | 'configure'>;
