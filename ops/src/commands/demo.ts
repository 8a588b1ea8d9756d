import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { curlLine, demoAccess, pageAddress } from '../flow/access.ts';

/** The contract that clients outside of this repository build on. */
const output = z.strictObject({
  webhook_url: z.url(),
  webhook_key: z.string(),
  token: z.string(),
  stream_url: z.url(),
});

export const demo = defineCommand({
  name: 'demo',
  summary: 'addresses, key and a token (12 hours) of the demo team',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson demo', 'keelson demo --json'],
  output,
  run: (context) => demoAccess(context),
  human: (access, paint) =>
    [
      `${paint.bold('Webhook')}  ${access.webhook_url}`,
      `${paint.bold('Key')}      ${access.webhook_key}`,
      `${paint.bold('Stream')}   ${access.stream_url}`,
      `${paint.bold('Page')}     ${pageAddress(access)}`,
      '',
      'Send a signal:',
      `  ${curlLine(access)}`,
      '',
      'Ask for trades:',
      `  curl -s -H 'authorization: Bearer ${access.token}' ${new URL(access.webhook_url).origin}/api/v1/trades`,
    ].join('\n'),
});
