/** Where something stands in a text, counted as editors count: both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset into a text. */
export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** Thrown by scanObject: what is wrong and where. The message never quotes more than one character of the text. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly position: Position;
  /** The field that was being read, when there is one. */
  readonly field: string | undefined;

  constructor(problem: string, text: string, offset: number, field: string | undefined) {
    const position = positionOf(text, offset);
    super(`Line ${position.line}, column ${position.column}: ${problem}`);
    this.position = position;
    this.field = field;
  }
}
