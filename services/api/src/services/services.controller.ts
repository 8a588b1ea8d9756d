import { requireIdentity } from '@keelson/access/module';
import { instanceName, type ServiceSpec, services } from '@keelson/catalogue';
import { Database, sql } from '@keelson/persistence';
import { Controller, Get, Inject, UseGuards } from '@nestjs/common';

const CONNECTED = sql(
  'api.connected_services',
  `select distinct application_name as name from pg_stat_activity
    where datname = current_database() and usename = current_user and application_name <> ''`,
);

interface Light {
  readonly name: string;
  readonly state: 'ready' | 'absent';
}

/** A replica is `worker-2`; a service is up when one of its instances is. */
function lightOf(spec: ServiceSpec, connected: ReadonlySet<string>): Light {
  const names = Array.from({ length: spec.scaling.maximum }, (_, index) => instanceName(spec.name, index));
  return { name: spec.name, state: names.some((name) => connected.has(name)) ? 'ready' : 'absent' };
}

/**
 * Lights for the start page: which services hold a connection to the database. No service knows another's address, and
 * Postgres knows them all; behind a pooler that hides names, `keelson status` is the one to ask.
 */
@Controller('services')
@UseGuards(requireIdentity())
export class ServicesController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(): Promise<{ services: Light[] }> {
    const rows = await this.database.platform((tx) => tx.query<{ name: string }>(CONNECTED));
    const connected = new Set(rows.map(({ name }) => name));
    const seen = services.filter((spec) => spec.needs.includes('postgres'));
    return { services: seen.map((spec) => lightOf(spec, connected)) };
  }
}
