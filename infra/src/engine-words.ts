/** From here on the engine logs every property that it sends or gets, secrets in clear text. */
const LEAKY_VERBOSITY = 9;
const MOST_VERBOSE = String(LEAKY_VERBOSITY - 1);

/** What was taken from a person's words, and why; for stderr. */
export interface GuardedWords {
  readonly words: readonly string[];
  readonly notes: readonly string[];
}

/** `-v=9`, `-v9`, `--verbose=11`; the separate form has its number in the next word. */
const JOINED = /^(?<flag>-v=?|--verbose=)(?<level>\d+)$/;

/**
 * Words for the engine that make it log no secret: its verbosity ends at 8. What it logs above that are properties in
 * clear text, for which it has no other switch.
 */
export function guardedWords(words: readonly string[]): GuardedWords {
  const isLevel = (word: string, before: string | undefined): boolean =>
    (before === '-v' || before === '--verbose') && /^\d+$/.test(word);
  let capped = false;
  const quiet = words.map((word, index) => {
    const joined = JOINED.exec(word)?.groups;
    const level = joined?.['level'] ?? (isLevel(word, words[index - 1]) ? word : '0');
    if (Number(level) < LEAKY_VERBOSITY) return word;
    capped = true;
    return `${joined?.['flag'] ?? ''}${MOST_VERBOSE}`;
  });
  const note = `verbosity ${MOST_VERBOSE} is used: from ${LEAKY_VERBOSITY} on the engine logs secrets in clear text`;
  return { words: quiet, notes: capped ? [note] : [] };
}

/** The engine writes every message between it and its plugins, secrets included, into the file that this one names. */
const LEAKY_VARIABLES = ['PULUMI_DEBUG_GRPC'] as const;

/** An environment for the engine without what makes it write secrets in clear text. */
export function guardedEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = { ...environment };
  for (const name of LEAKY_VARIABLES) delete kept[name];
  return kept;
}
