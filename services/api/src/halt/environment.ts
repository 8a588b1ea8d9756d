import type { ApiConfig } from '../api.module.ts';

/** Which environment this is; in prod a person alone does not resume. */
export type Environment = ApiConfig['KEELSON_ENVIRONMENT'];
export const ENVIRONMENT = Symbol('environment');
