import { services } from '@keelson/catalogue';
import { cloudSettings, type SettingName } from '../src/cloud/settings.ts';
import type { DoubledVendor } from './doubles/double.ts';
import type { EmulatedRailway } from './railway/vendor.ts';
import type { EmulatedSupabase } from './supabase/vendor.ts';
import type { EmulatedUpstash } from './upstash/vendor.ts';

/** Who knows secrets of a rehearsal: what a person set, and the vendors. */
export interface SecretHolders {
  readonly settings: Readonly<Record<SettingName, string>>;
  readonly railway: EmulatedRailway;
  readonly supabase: EmulatedSupabase;
  readonly upstash: EmulatedUpstash;
  readonly github: DoubledVendor;
}

type Secret = readonly [name: string, value: string];

const SECRET_VARIABLES: ReadonlySet<string> = new Set([
  ...services.flatMap(({ secrets }) => secrets.map(({ variable }) => variable)),
  'DATABASE_APP_PASSWORD',
]);

function settingsOf({ settings }: SecretHolders): Secret[] {
  const { upstashEmail, upstashApiKey } = settings;
  const names = (Object.keys(cloudSettings) as SettingName[]).filter((name) => cloudSettings[name].secret);
  return [
    ...names.map((name): Secret => [name, settings[name]]),
    // As Upstash wants it in a header.
    ['upstash authorization', `${upstashEmail}:${upstashApiKey}`],
  ];
}

/** Passwords in addresses count by themselves: an address may be written with another host. */
function variablesOf({ railway }: SecretHolders): Secret[] {
  return [...railway.world.instances.values()].flatMap(({ variables }) =>
    Object.entries(variables).flatMap(([name, value]): Secret[] => {
      const password = URL.canParse(value) ? decodeURIComponent(new URL(value).password) : '';
      return [
        ...(SECRET_VARIABLES.has(name) ? [[name, value] as const] : []),
        ...(password === '' ? [] : [[`password in ${name}`, password] as const]),
      ];
    }),
  );
}

/** Every secret that is known now, by a name that may be shown. */
export function secretsOf(holders: SecretHolders): readonly Secret[] {
  const projects = [...holders.supabase.world.projects.values()];
  return [
    ...settingsOf(holders),
    ...variablesOf(holders),
    ...projects.map(({ password }): Secret => ['password of the database', password]),
    ...projects.flatMap(({ apiKeys }) =>
      // A publishable key is made to be seen.
      apiKeys.filter(({ type }) => type === 'secret').map(({ name, value }): Secret => [`API key ${name}`, value]),
    ),
    ...[...holders.upstash.databases.values()].map(({ password }): Secret => ['password of the cache', password]),
    ...holders.github
      .ofType('github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret')
      .map(({ key, inputs }): Secret => [`GitHub's secret ${key}`, String(inputs['value'])]),
  ];
}
