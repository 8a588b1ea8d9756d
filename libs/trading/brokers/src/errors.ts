/** Why an adapter gives up, as data: a caller decides by the code, a person reads the message. */
export type BrokerErrorCode =
  /** The adapter's configuration is not usable. */
  | 'configuration'
  /** The venue has no memory of the cursor: its log was lost or replaced, and events may be missing. */
  | 'cursor_lost'
  /** The venue sent something that its contract does not allow. */
  | 'protocol';

/**
 * Thrown where no outcome can be given: a stream that must not go on, a configuration that cannot work. Messages never
 * hold credentials, addresses with user names, or what a venue sent.
 */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: BrokerErrorCode;

  constructor(code: BrokerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
