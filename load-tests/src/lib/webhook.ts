import http from 'k6/http';
import type { TeamAccess } from './access.ts';

const headers = { 'content-type': 'application/json' };

/** Posts an alert; resolves with the signal's id, or undefined where it was not accepted. */
export async function postAlert(team: TeamAccess, body: string): Promise<string | undefined> {
  const answer = await http.asyncRequest('POST', team.webhook_url, body, { headers, timeout: '10s' });
  if (answer.status === 202 && answer.body) return (JSON.parse(answer.body) as { signal_id: string }).signal_id;
  console.error(`webhook: ${answer.status} ${answer.error} ${(answer.body ?? '').slice(0, 200)}`);
  return undefined;
}
