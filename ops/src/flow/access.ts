import type { Context } from '../framework/context.ts';
import { demoTeamId } from '../seed/teams.ts';
import { readCredentials } from '../stack/credentials.ts';
import { addressOf, requireStatus, streamAddress } from '../stack/status.ts';

/** What a client of the local stack needs; the names are the contract of `keelson demo --json`. */
export interface DemoAccess {
  readonly webhook_url: string;
  readonly webhook_key: string;
  readonly token: string;
  readonly stream_url: string;
}

/** Addresses and secrets of the demo team, with a fresh token of its owner. Throws when the stack never ran. */
export async function demoAccess(context: Context): Promise<DemoAccess> {
  const status = requireStatus(context.folders, context.stack);
  const { auth, demo } = readCredentials(context.folders, context.stack);
  const { mintToken } = await import('@keelson/access');
  const identity = { userId: 'demo-owner', teamId: demoTeamId, role: 'owner' as const };
  const claims = { ...identity, issuer: auth.issuer, audience: auth.audience };
  return {
    webhook_url: `${addressOf(status, 'api')}/api/v1/webhooks/tradingview`,
    webhook_key: demo.webhookKey,
    token: await mintToken(auth.privateJwk, claims, '12 hours'),
    stream_url: streamAddress(status),
  };
}

/** The start page, which finds its token behind the #, where no server sees it. */
export function pageAddress(access: DemoAccess): string {
  return `${new URL(access.webhook_url).origin}/#token=${access.token}`;
}

/** A line to paste into a shell. The id is new each time, so that pasting twice sends two signals. */
export function curlLine(access: DemoAccess): string {
  const body = `{"key":"${access.webhook_key}","ticker":"CME_MINI:NQ1!","action":"buy","quantity":"1","price":"21000.25","order_id":"Long"`;
  return `curl -s -H 'content-type: application/json' -d '${body},"id":"'$(date +%s%N)'"}' ${access.webhook_url}`;
}
