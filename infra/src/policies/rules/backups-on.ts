import { ofType, type Rule } from '../rule.ts';

/** What a production data layer must have for a bad day, by type and by what its absence means. */
const NEEDED = {
  'supabase:index:BackupSchedule': 'the database has no backup schedule',
  'cloudflare:index/r2Bucket:R2Bucket': 'there is no bucket for copies at another vendor',
  'cloudflare:index/r2BucketLock:R2BucketLock': 'copies of the database can be deleted before their time',
} as const;

/** A backup that nobody took is noticed on the worst day; this notices it on the first. */
export const backupsOn: Rule = {
  name: 'backups-on',
  description: 'Production is backed up, and the copies cannot be deleted',
  fix: 'see components/backups.ts and components/managed-database.ts',
  check({ type, properties }, { environment }) {
    if (!environment.switches.production) return [];
    if (type === 'upstash:index:Redis' && properties['dailyBackup'] !== true) return ['it has no daily backup'];
    const backups = properties['backups'];
    const hasNone = !Array.isArray(backups) || backups.length === 0;
    return type === 'railway:index:Volume' && hasNone ? ['its files have no backup'] : [];
  },
  checkAll(resources, { environment, layer }) {
    if (!environment.switches.production || layer !== 'data') return [];
    const missing = Object.entries(NEEDED).filter(([type]) => ofType(resources, type).length === 0);
    const isRecoverable = ofType(resources, 'supabase:index:Addon').some(
      ({ properties }) => properties['type'] === 'pitr',
    );
    return [
      ...missing.map(([, meaning]) => meaning),
      ...(isRecoverable ? [] : ['the database cannot be restored to a moment (no pitr add-on)']),
    ];
  },
};
