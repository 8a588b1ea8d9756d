const SECRET_NAMES =
  'authorization|cookie|set-cookie|x-api-key|api_key|apikey|key|webhook_key|token|access_token|refresh_token|secret|password|passwd|private_key|database_url|redis_url|d';

const NAMED = new RegExp(`"(${SECRET_NAMES})"(\\s*):(\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'gi');
/** The same one level down: JSON text that was logged as a string. */
const NAMED_IN_TEXT = new RegExp(
  `\\\\"(${SECRET_NAMES})\\\\"(\\s*):(\\s*)\\\\"(?:[^"\\\\]|\\\\\\\\\\\\"|\\\\\\\\[^\\\\]|\\\\[^"\\\\])*\\\\"`,
  'gi',
);
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"\\]*):[^\s/@"\\]+@/gi;
const WEBHOOK_KEY = /\bkw_[A-Za-z0-9_-]{20,}/g;
const COMPACT_JWT = /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g;

/**
 * A line of text without secrets: passwords in URLs, webhook keys, tokens, and the values of JSON fields that are named
 * as secrets, at any depth. It works on the finished log line, so no call site can forget it; `key` is a secret name
 * because a webhook's body carries its key there, so log other keys under other names.
 */
export function scrub(line: string): string {
  return line
    .replace(NAMED, '"$1"$2:$3"[redacted]"')
    .replace(NAMED_IN_TEXT, '\\"$1\\"$2:$3\\"[redacted]\\"')
    .replace(URL_PASSWORD, '$1:[redacted]@')
    .replace(WEBHOOK_KEY, 'kw_[redacted]')
    .replace(COMPACT_JWT, '[redacted token]');
}
