/** Injection token of the limits that connections are held to. */
export const CONNECTION_LIMITS = Symbol('stream-gateway.connection-limits');
