import type { CloudEnvironment } from '../environments/environment.ts';
import { sizes, type Size, type SizeName } from '../environments/sizes.ts';
import { regions, type Region } from './regions.ts';
import { nameOf, type CloudSettings } from './settings.ts';

/** What every part of a cloud environment is made from. */
export interface CloudContext {
  readonly environment: CloudEnvironment;
  readonly size: Size;
  readonly settings: CloudSettings;
  readonly home: Region;
  /** Data is not deleted by a slip: resources that hold it are protected, in production. */
  readonly protect: boolean;
  /** A name that is this installation's own. */
  name(part?: string): string;
}

export function contextOf(environment: CloudEnvironment, settings: CloudSettings): CloudContext {
  return {
    environment,
    settings,
    size: sizes[settings.size === '' ? environment.size : (settings.size as SizeName)],
    home: regions[environment.regions[0]],
    protect: environment.switches.production,
    name: (part) => nameOf(environment, settings, part),
  };
}
