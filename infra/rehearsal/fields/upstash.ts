import type { VendorDecisions } from './decision.ts';

export const upstashDecisions: VendorDecisions = {
  vendor: 'upstash',
  title: 'Upstash',
  source: 'the OpenAPI document of its Developer API',
  entry: 'request',
  types: {
    'POST /redis/database': {
      managed: {
        database_name: 'Redis.name',
        platform: 'Redis.platform',
        primary_region: 'Redis.primaryRegion',
        read_regions: 'Redis.readRegions',
        plan: 'Redis.plan',
        budget: 'Redis.budget',
        eviction: 'Redis.eviction',
        tls: { always: 'true: a carrier without encryption is not made' },
      },
    },
    'POST /redis/{id}/change-plan': {
      managed: { plan_name: 'Redis.plan' },
      unmanaged: {
        'the path names it': ['database_id'],
        'a size is chosen, it does not grow into a bill': ['auto_upgrade'],
        'high availability and metrics as an add-on: the carrier may be lost, only speed is': ['prod_pack_enabled'],
      },
    },
    'PATCH /redis/update-budget/{id}': { managed: { budget: 'Redis.budget' } },
    'POST /redis/update-regions/{id}': { managed: { read_regions: 'Redis.readRegions' } },
    'POST /redis/rename/{id}': { managed: { name: 'Redis.name' } },
  },
  untouched: {
    'backups are daily; one by hand and its way back are a person’s, and the carrier holds no truth': [
      'POST /redis/create-backup/{id}',
      'POST /redis/restore-backup/{id}',
    ],
    'who belongs to a team, and what is whose, is decided by people': [
      'DELETE /teams/member',
      'POST /redis/move-to-team',
      'POST /team',
      'POST /teams/member',
    ],
    'another product of the vendor’s that nothing uses': [
      'PATCH /qstash/update-budget/{id}',
      'POST /qstash/move-to-team',
      'POST /qstash/set-plan/{id}',
      'POST /search',
      'POST /search/{id}/rename',
      'POST /search/{id}/transfer',
      'POST /vector/index',
      'POST /vector/index/{id}/rename',
      'POST /vector/index/{id}/setplan',
      'POST /vector/index/{id}/transfer',
    ],
  },
};
