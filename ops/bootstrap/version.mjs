/**
 * Reads the first dotted number out of what a tool prints for its version.
 *
 * @param {string} text e.g. `v3.259.0`, `postgres (PostgreSQL) 18.4`, `Redis server v=6.2.14 sha=…`, `go version go1.26.8 linux/amd64`
 * @returns {string | null} e.g. `18.4`; null when there is none
 */
export function parseVersion(text) {
  const match = /\d+(?:\.\d+)+/.exec(text) ?? /(?<![\w.])\d+/.exec(text);
  return match?.[0] ?? null;
}

/**
 * @param {string} left @param {string} right dotted numbers; missing parts count as zero
 * @returns {number} negative, zero or positive, as for Array.prototype.sort
 */
export function compareVersions(left, right) {
  const [a, b] = [left.split('.').map(Number), right.split('.').map(Number)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** @param {string | null} version @param {string} oldest @returns {boolean} */
export function isAtLeast(version, oldest) {
  return version !== null && compareVersions(version, oldest) >= 0;
}
