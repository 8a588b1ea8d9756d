import type { Duration } from '@keelson/kernel';

/** How many people an environment is for: 0–100, 100–1,000, over 1,000 (document 004), over 100,000 (document 000). */
export type SizeName = 'personal' | 'growth' | 'scale' | 'enterprise';

/** What is bought for that many: plans and sizes by the names of the vendors. */
export interface Size {
  readonly users: string;
  /** US dollars a month that it may cost; a budget alert is set at the upper end. */
  readonly budget: { readonly from: number; readonly to: number };
  /** Factor on the replicas of the catalogue's stateless services. */
  readonly replicas: number;
  readonly supabase: {
    readonly compute: 'nano' | 'micro' | 'small' | 'medium' | 'large' | 'xlarge' | '2xlarge' | '4xlarge';
    /** Days that any moment can be restored from; 0 is daily backups only. */
    readonly pointInTimeDays: 0 | 7 | 14 | 28;
    readonly readReplicas: number;
    readonly poolSize: number;
  };
  readonly upstash: {
    readonly plan: 'free' | 'payg' | 'fixed_250mb' | 'fixed_1gb' | 'fixed_5gb' | 'fixed_10gb';
    /** US dollars a month at which the vendor stops charging and starts refusing. */
    readonly budget: number;
    readonly readReplicas: number;
  };
  /** How long copies of the database stay in the backup bucket, and for how long nobody can delete them. */
  readonly backups: { readonly keptFor: Duration; readonly lockedFor: Duration };
}

export const sizes: Readonly<Record<SizeName, Size>> = {
  personal: {
    users: '0–100',
    budget: { from: 50, to: 120 },
    replicas: 1,
    supabase: { compute: 'micro', pointInTimeDays: 0, readReplicas: 0, poolSize: 15 },
    upstash: { plan: 'payg', budget: 20, readReplicas: 0 },
    backups: { keptFor: '30 days', lockedFor: '7 days' },
  },
  growth: {
    users: '100–1,000',
    budget: { from: 250, to: 500 },
    replicas: 1,
    supabase: { compute: 'small', pointInTimeDays: 7, readReplicas: 0, poolSize: 30 },
    upstash: { plan: 'fixed_1gb', budget: 60, readReplicas: 0 },
    backups: { keptFor: '30 days', lockedFor: '14 days' },
  },
  scale: {
    users: '1,000–100,000',
    budget: { from: 1_000, to: 2_500 },
    replicas: 2,
    supabase: { compute: 'large', pointInTimeDays: 14, readReplicas: 1, poolSize: 80 },
    upstash: { plan: 'fixed_5gb', budget: 200, readReplicas: 1 },
    backups: { keptFor: '90 days', lockedFor: '30 days' },
  },
  enterprise: {
    users: 'over 100,000',
    budget: { from: 5_000, to: 15_000 },
    replicas: 4,
    supabase: { compute: '4xlarge', pointInTimeDays: 28, readReplicas: 2, poolSize: 200 },
    upstash: { plan: 'fixed_10gb', budget: 800, readReplicas: 2 },
    backups: { keptFor: '365 days', lockedFor: '90 days' },
  },
};
