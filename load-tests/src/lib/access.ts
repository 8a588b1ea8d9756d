/** What a sender and listener of one team needs; the names are those of `keelson demo --json`. */
export interface TeamAccess {
  readonly webhook_url: string;
  readonly webhook_key: string;
  readonly token: string;
  readonly stream_url: string;
}

/**
 * Teams to send for: ACCESS_FILE holds what `keelson demo --json` prints, once or as an array. Read before the run, so a
 * missing file ends it at once.
 */
export function readTeams(): readonly TeamAccess[] {
  const file = __ENV['ACCESS_FILE'];
  if (!file)
    throw new Error(
      'ACCESS_FILE is missing: npx keelson demo --json > access.json, then -e ACCESS_FILE=$PWD/access.json',
    );
  const content = JSON.parse(open(file)) as TeamAccess | TeamAccess[];
  return Array.isArray(content) ? content : [content];
}
