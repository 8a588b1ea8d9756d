/**
 * Injection tokens of what every service has. They are registered symbols, so that a lib which may not import the runtime
 * can still be handed one, and so that a second copy of this module would still name the same provider.
 */

/** The checked configuration, typed `ConfigOf<typeof spec>`. */
export const CONFIG: unique symbol = Symbol.for('keelson.config') as never;
/** The process's pino logger. */
export const LOGGER: unique symbol = Symbol.for('keelson.logger') as never;
