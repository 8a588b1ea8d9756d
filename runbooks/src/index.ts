import type { AlertSpec } from '@keelson/catalogue';
import { OrderStuckSubmitted } from '../orders/OrderStuckSubmitted.alert.ts';
import { SignalBacklogGrowing } from '../signals/SignalBacklogGrowing.alert.ts';

/** Every alert with the folder, below runbooks/, that holds its page. */
export const alerts: readonly (AlertSpec & { readonly area: string })[] = [
  { ...SignalBacklogGrowing, area: 'signals' },
  { ...OrderStuckSubmitted, area: 'orders' },
];
