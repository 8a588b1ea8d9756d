import type { VendorDecisions } from './decision.ts';

const BRANCHES = 'environments are projects of their own, not branches of one';
const BY_HAND = 'done by a person in an emergency, by a page of the runbooks; a program must never do it by itself';
const NOT_USED = 'the platform uses no function, storage, realtime or REST interface of the vendor';

export const supabaseDecisions: VendorDecisions = {
  vendor: 'supabase',
  title: 'Supabase',
  source: 'the OpenAPI document of its Management API',
  entry: 'request',
  types: {
    'POST /v1/projects': {
      managed: {
        name: 'Project.name',
        organization_slug: 'Project.organization',
        db_pass: 'Project.databasePassword',
        region_selection: 'Project.region',
        desired_instance_size: 'Project.instanceSize',
      },
      unmanaged: {
        'the vendor’s older form of organization_slug and region_selection': ['organization_id', 'region'],
        'the vendor ignores it: plans belong to organizations': ['plan', 'kps_enabled'],
        'a project begins empty; migrations fill it': ['template_url'],
      },
    },
    'PATCH /v1/projects/{ref}': { managed: { name: 'Project.name' } },
    'PATCH /v1/projects/{ref}/database/password': { managed: { password: 'Project.databasePassword' } },
    'PATCH /v1/projects/{ref}/config/auth': { managed: { '*': 'AuthConfig.settings' } },
    'PUT /v1/projects/{ref}/config/database/postgres': {
      managed: {
        checkpoint_timeout: 'PostgresConfig.settings',
        maintenance_work_mem: 'PostgresConfig.settings',
        max_connections: 'PostgresConfig.settings',
        max_slot_wal_keep_size: 'PostgresConfig.settings',
        max_wal_size: 'PostgresConfig.settings',
        statement_timeout: 'PostgresConfig.settings',
        track_commit_timestamp: 'PostgresConfig.settings',
        work_mem: 'PostgresConfig.settings',
        restart_database: { always: 'true: a setting that waits for a restart is no setting' },
      },
      unmanaged: {
        'follows the size of the computer, which the vendor knows better': [
          'effective_cache_size',
          'logical_decoding_work_mem',
          'max_locks_per_transaction',
          'max_parallel_maintenance_workers',
          'max_parallel_workers',
          'max_parallel_workers_per_gather',
          'max_worker_processes',
          'shared_buffers',
          'track_activity_query_size',
        ],
        'of replication, which the vendor sets up for its replicas': [
          'hot_standby_feedback',
          'max_replication_slots',
          'max_standby_archive_delay',
          'max_standby_streaming_delay',
          'max_wal_senders',
          'session_replication_role',
          'wal_keep_size',
          'wal_sender_timeout',
        ],
      },
    },
    'PATCH /v1/projects/{ref}/config/database/pooler': {
      managed: { default_pool_size: 'PoolerConfig.defaultPoolSize', pool_mode: 'PoolerConfig.poolMode' },
    },
    'PUT /v1/projects/{ref}/ssl-enforcement': { managed: { requestedConfig: 'SslEnforcement.enforced' } },
    'POST /v1/projects/{ref}/network-restrictions/apply': {
      managed: { dbAllowedCidrs: 'NetworkRestrictions.allowed', dbAllowedCidrsV6: 'NetworkRestrictions.allowedV6' },
    },
    'PATCH /v1/projects/{ref}/database/backups/schedule': { managed: { schedule_for: 'BackupSchedule.time' } },
    'PATCH /v1/projects/{ref}/billing/addons': {
      managed: { addon_type: 'Addon.type', addon_variant: 'Addon.variant' },
    },
    'POST /v1/projects/{ref}/read-replicas/setup': { managed: { read_replica_region: 'ReadReplica.region' } },
    'POST /v1/projects/{ref}/read-replicas/remove': {
      managed: { database_identifier: { always: 'that of the replica which is no longer wanted' } },
    },
    'POST /v1/projects/{ref}/api-keys': {
      managed: { name: 'ApiKey.name', type: 'ApiKey.type' },
      unmanaged: {
        'a key says what it is for by its name': ['description'],
        'services log in to the database, not to the vendor’s interfaces': ['secret_jwt_template'],
      },
    },
    'POST /v1/projects/{ref}/config/auth/signing-keys': {
      managed: { algorithm: 'SigningKey.algorithm', status: { always: 'standby, then in use' } },
      unmanaged: { 'the vendor makes the key, and its private half never leaves it': ['private_jwk'] },
    },
    'PATCH /v1/projects/{ref}/config/auth/signing-keys/{id}': {
      managed: { status: { always: 'in_use for the one that the program has' } },
    },
    'POST /v1/projects/{ref}/database/query': {
      managed: { query: 'Extension.name' },
      unmanaged: { 'the one statement that is sent has neither': ['parameters', 'read_only'] },
    },
  },
  untouched: {
    [BRANCHES]: [
      'PATCH /v1/branches/{branch_id_or_ref}',
      'POST /v1/branches/{branch_id_or_ref}/merge',
      'POST /v1/branches/{branch_id_or_ref}/push',
      'POST /v1/branches/{branch_id_or_ref}/reset',
      'POST /v1/projects/{ref}/branches',
      'PATCH /v1/projects/{ref}/actions/{run_id}/status',
    ],
    [BY_HAND]: [
      'DELETE /v1/projects/{ref}/network-bans',
      'POST /v1/projects/{ref}/database/backups/restore',
      'POST /v1/projects/{ref}/database/backups/restore-pitr',
      'POST /v1/projects/{ref}/database/backups/restore-point',
      'POST /v1/projects/{ref}/database/backups/undo',
      'POST /v1/projects/{ref}/upgrade',
    ],
    [NOT_USED]: [
      'PATCH /v1/projects/{ref}/config/realtime',
      'PATCH /v1/projects/{ref}/config/storage',
      'PATCH /v1/projects/{ref}/functions/{function_slug}',
      'PATCH /v1/projects/{ref}/postgrest',
      'POST /v1/projects/{ref}/functions',
      'PUT /v1/projects/{ref}/pgsodium',
    ],
    'migrations are the repository’s own, run before a deployment by the container that migrates': [
      'PATCH /v1/projects/{ref}/database/migrations/{version}',
      'POST /v1/projects/{ref}/database/migrations',
      'PUT /v1/projects/{ref}/database/migrations',
    ],
    'another way in for people; services use the pooler, and a person the same with a role of their own': [
      'POST /v1/projects/{ref}/cli/login-role',
      'POST /v1/projects/{ref}/database/jit',
      'POST /v1/projects/{ref}/database/query/read-only',
      'PUT /v1/projects/{ref}/database/jit',
      'PUT /v1/projects/{ref}/jit-access',
    ],
    'a name that people see is the console’s own; that of sign-in is the vendor’s': [
      'POST /v1/projects/{ref}/custom-hostname/initialize',
      'POST /v1/projects/{ref}/vanity-subdomain/activate',
      'POST /v1/projects/{ref}/vanity-subdomain/check-availability',
    ],
    'sign-in of a company by its own directory: nobody asked for it yet': [
      'POST /v1/projects/{ref}/config/auth/sso/providers',
      'POST /v1/projects/{ref}/config/auth/third-party-auth',
      'PUT /v1/projects/{ref}/config/auth/sso/providers/{provider_id}',
    ],
    'the disk is the vendor’s, and grows by itself; another kind is bought by hand': [
      'POST /v1/projects/{ref}/config/disk',
    ],
    'a key is made anew rather than changed': ['PATCH /v1/projects/{ref}/api-keys/{id}'],
    'adds to or takes from the list; NetworkRestrictions sets all of it': [
      'PATCH /v1/projects/{ref}/network-restrictions',
    ],
    'an organization and its tokens are made by a person, once': ['POST /v1/oauth/revoke', 'POST /v1/organizations'],
  },
};
