import { hasRole, type Identity, type Role } from '@keelson/access';
import type { Channel } from '@keelson/contracts';

/** The lowest role that may hear a channel of its own team. Balances and postings are not for everybody who may look. */
const visibility: Readonly<Record<Channel, Role>> = {
  orders: 'viewer',
  trades: 'viewer',
  system: 'viewer',
  ledger: 'trader',
};

/** True when the identity may hear the channel. */
export function maySee(identity: Identity, channel: Channel): boolean {
  return hasRole(identity, visibility[channel]);
}
