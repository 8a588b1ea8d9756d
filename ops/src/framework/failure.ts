/** Exit codes: Pulumi's table, so that one set of rules serves scripts around both commands. */
export const exitCode = {
  success: 0,
  failure: 1,
  /** Wrong arguments or configuration, or a confirmation that was neither asked nor given. */
  usage: 2,
  authentication: 3,
  /** A resource could not be brought to its state, or is not in it. */
  resource: 4,
  policy: 5,
  /** The stack does not run, or is not known here. */
  noStack: 6,
  changesFound: 7,
  cancelled: 8,
  timeout: 9,
  internal: 255,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export interface FailureDetails {
  /** A command to type, or a sentence when no command can help. */
  readonly fix: string;
  readonly code?: ExitCode;
  /** Page that goes further, below the repository's root. */
  readonly runbook?: string | undefined;
  readonly cause?: unknown;
}

/** An expected failure: the message is its cause in a sentence, `fix` says what mends it. Never holds a secret. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly fix: string;
  readonly code: ExitCode;
  readonly runbook: string | undefined;

  constructor(message: string, details: FailureDetails) {
    super(message, { cause: details.cause });
    this.fix = details.fix;
    this.code = details.code ?? exitCode.failure;
    this.runbook = details.runbook;
  }
}

/** The text of whatever was thrown; an AggregateError (several addresses refused) says all its parts. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
