import type { Rule } from './rule.ts';
import { awakeInProduction } from './rules/awake-in-production.ts';
import { backupsOn } from './rules/backups-on.ts';
import { budgetsPresent } from './rules/budgets-present.ts';
import { dataProtected } from './rules/data-protected.ts';
import { healthChecked } from './rules/health-checked.ts';
import { imagesByDigest } from './rules/images-by-digest.ts';
import { liveTradingWhereMeant } from './rules/live-trading-where-meant.ts';
import { namesCarryPlace } from './rules/names-carry-place.ts';
import { noPublicDatastore } from './rules/no-public-datastore.ts';
import { nothingEvicted } from './rules/nothing-evicted.ts';
import { secretsSecret } from './rules/secrets-secret.ts';
import { tlsOnly } from './rules/tls-only.ts';
import { tokensNeverPlain } from './rules/tokens-never-plain.ts';
import { twoReplicas } from './rules/two-replicas.ts';

/** Every rule that holds in a cloud. A new one is a file in rules/, a line here, and a case in test/policies.test.ts. */
export const rules: readonly Rule[] = [
  imagesByDigest,
  dataProtected,
  noPublicDatastore,
  tlsOnly,
  secretsSecret,
  tokensNeverPlain,
  namesCarryPlace,
  budgetsPresent,
  backupsOn,
  twoReplicas,
  nothingEvicted,
  healthChecked,
  awakeInProduction,
  liveTradingWhereMeant,
];
