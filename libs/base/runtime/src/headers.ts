/** What the browser may load for a page that a service serves itself; a route may send a stricter policy of its own. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers on every response: INF-SEC-007, and the API version of INF-FR-016. */
export const standardHeaders = {
  'x-api-version': 'v1',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '0',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'content-security-policy': CONTENT_SECURITY_POLICY,
} as const;

const LOOPBACK_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/;

/**
 * CORS of INF-FR-017. Origins come from CORS_ORIGINS (comma separated); on a developer's machine any loopback port is
 * allowed, because every stack has its own; elsewhere, without the key, none is.
 */
export function corsPolicy(environment: string, origins: string | undefined) {
  const listed = origins?.split(',').map((origin) => origin.trim());
  return {
    origin: listed ?? (environment === 'local' ? LOOPBACK_ORIGIN : false),
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Request-ID', 'X-API-Key'],
    exposedHeaders: ['X-Request-ID', 'X-API-Version', 'X-RateLimit-Remaining'],
    maxAge: 600,
  };
}
