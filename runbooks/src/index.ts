import type { AlertSpec } from '@keelson/catalogue';
import { BrokerCircuitOpen } from '../brokers/BrokerCircuitOpen.alert.ts';
import { VenueEventQuarantined } from '../brokers/VenueEventQuarantined.alert.ts';
import { HaltedByWatch } from '../halt/HaltedByWatch.alert.ts';
import { HaltUnproven } from '../halt/HaltUnproven.alert.ts';
import { MarketCheckFailed } from '../market/MarketCheckFailed.alert.ts';
import { QuoteFeedStale } from '../market/QuoteFeedStale.alert.ts';
import { OrderStuckSubmitted } from '../orders/OrderStuckSubmitted.alert.ts';
import { ReconciliationDrift } from '../reconciliation/ReconciliationDrift.alert.ts';
import { ReconciliationStale } from '../reconciliation/ReconciliationStale.alert.ts';
import { ExposureDrift } from '../risk/ExposureDrift.alert.ts';
import { DeadLetters } from '../signals/DeadLetters.alert.ts';
import { SignalBacklogGrowing } from '../signals/SignalBacklogGrowing.alert.ts';

/** Every alert with the folder, below runbooks/, that holds its page. */
export const alerts: readonly (AlertSpec & { readonly area: string })[] = [
  { ...SignalBacklogGrowing, area: 'signals' },
  { ...DeadLetters, area: 'signals' },
  { ...OrderStuckSubmitted, area: 'orders' },
  { ...BrokerCircuitOpen, area: 'brokers' },
  { ...VenueEventQuarantined, area: 'brokers' },
  { ...ExposureDrift, area: 'risk' },
  { ...HaltUnproven, area: 'halt' },
  { ...HaltedByWatch, area: 'halt' },
  { ...QuoteFeedStale, area: 'market' },
  { ...MarketCheckFailed, area: 'market' },
  { ...ReconciliationDrift, area: 'reconciliation' },
  { ...ReconciliationStale, area: 'reconciliation' },
];
