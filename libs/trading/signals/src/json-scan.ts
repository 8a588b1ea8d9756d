import { JsonSyntaxError } from './json-position.ts';

/**
 * One field of a JSON object as it was written. `text` is the decoded string, or the source of a number, untouched:
 * JSON.parse would round 0.1234567890123456789 and make 1e999 Infinity, and keeps the last of two equal keys in silence.
 */
export interface Member {
  readonly kind: 'text' | 'number' | 'boolean' | 'null' | 'list' | 'object';
  readonly text: string;
  /** Fields of an object, in their order. */
  readonly members?: ReadonlyMap<string, Member>;
  /** Elements of a list. */
  readonly items?: readonly Member[];
  /** Offsets of the value in the source text; `end` is the first character after it. */
  readonly start: number;
  readonly end: number;
}

/** Deepest nesting that is read (INF-SEC-005). */
const MAXIMUM_DEPTH = 5;
/** Names that an error repeats; a key that was written in a name's place is longer. */
const REPEATABLE_NAME = /^[A-Za-z_]{1,20}$/;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NOT_PLAIN = /[\\\u0000-\u001f]/;
const SIMPLE_ESCAPES = '"\\/bfnrt';
const FOUR_HEX = /^[0-9a-fA-F]{4}$/;

/** Strict reader (RFC 8259, no extensions, no duplicate names) of one JSON object. */
class Scanner {
  readonly #text: string;
  #at = 0;
  #field: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Map<string, Member> {
    if (this.#text.startsWith('\uFEFF')) this.#fail('expected {, found a byte order mark; save the text without one');
    this.#space();
    if (this.#text[this.#at] !== '{') this.#fail(`expected { as the start of one JSON object, found ${this.#found()}`);
    const members = this.#object(1);
    this.#space();
    if (this.#at < this.#text.length) this.#fail(`expected nothing after the object, found ${this.#found()}`);
    return members;
  }

  #object(depth: number): Map<string, Member> {
    const members = new Map<string, Member>();
    this.#open(depth);
    if (this.#closes('}')) return members;
    for (;;) {
      this.#space();
      const nameAt = this.#at;
      if (this.#text[nameAt] !== '"') this.#fail(`expected a field name in double quotes, found ${this.#found()}`);
      const name = this.#string();
      if (depth === 1) this.#field = REPEATABLE_NAME.test(name) ? name : undefined;
      if (members.has(name)) this.#fail(`the field ${this.#field ? `"${this.#field}" ` : ''}is written twice`, nameAt);
      this.#space();
      if (this.#text[this.#at] !== ':') this.#fail(`expected : after the field name, found ${this.#found()}`);
      this.#at += 1;
      members.set(name, this.#value(depth));
      if (this.#endsAfterValue('}')) return members;
    }
  }

  #list(depth: number): Member[] {
    const items: Member[] = [];
    this.#open(depth);
    if (this.#closes(']')) return items;
    do items.push(this.#value(depth));
    while (!this.#endsAfterValue(']'));
    return items;
  }

  #value(depth: number): Member {
    this.#space();
    const start = this.#at;
    switch (this.#text[start]) {
      case '"': {
        const text = this.#string();
        return { kind: 'text', text, start, end: this.#at };
      }
      case '{': {
        const members = this.#object(depth + 1);
        return { kind: 'object', text: '', members, start, end: this.#at };
      }
      case '[': {
        const items = this.#list(depth + 1);
        return { kind: 'list', text: '', items, start, end: this.#at };
      }
      case 't':
        return this.#word('true', 'boolean');
      case 'f':
        return this.#word('false', 'boolean');
      case 'n':
        return this.#word('null', 'null');
      default:
        return this.#number();
    }
  }

  #word(word: string, kind: 'boolean' | 'null'): Member {
    const start = this.#at;
    if (!this.#text.startsWith(word, start)) this.#fail(`expected a value, found ${this.#found()}`);
    this.#at += word.length;
    return { kind, text: word, start, end: this.#at };
  }

  #number(): Member {
    const start = this.#at;
    NUMBER.lastIndex = start;
    const match = NUMBER.exec(this.#text);
    if (!match) return this.#fail(`expected a value, found ${this.#found()}${this.#hint()}`);
    this.#at = NUMBER.lastIndex;
    return { kind: 'number', text: match[0], start, end: this.#at };
  }

  /** Reads the string that starts here. Nearly all have no escape, and are one search and one slice. */
  #string(): string {
    const start = this.#at + 1;
    const end = this.#text.indexOf('"', start);
    if (end >= 0) {
      const plain = this.#text.slice(start, end);
      if (!NOT_PLAIN.test(plain)) {
        this.#at = end + 1;
        return plain;
      }
    }
    return this.#escapedString();
  }

  #escapedString(): string {
    const start = this.#at;
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === undefined) this.#fail('the text in double quotes does not end', start);
      if (character < ' ') this.#fail('a line break or control character in a text; write it as \\n or \\u….');
      if (character === '\\') this.#escape();
    }
    this.#at += 1;
    const decoded = JSON.parse(this.#text.slice(start, this.#at)) as string;
    // Neither can be stored as text in Postgres, and no sender means them.
    if (decoded.includes('\0') || !decoded.isWellFormed()) {
      this.#fail('a text with \\u0000 or half of a surrogate pair', start);
    }
    return decoded;
  }

  #escape(): void {
    this.#at += 1;
    const kind = this.#text[this.#at];
    if (kind === 'u' && FOUR_HEX.test(this.#text.slice(this.#at + 1, this.#at + 5))) this.#at += 4;
    else if (kind === undefined || !SIMPLE_ESCAPES.includes(kind)) this.#fail('an unknown escape after \\');
  }

  #open(depth: number): void {
    if (depth > MAXIMUM_DEPTH) this.#fail(`nested deeper than ${MAXIMUM_DEPTH} levels`);
    this.#at += 1;
  }

  #closes(bracket: '}' | ']'): boolean {
    this.#space();
    if (this.#text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #endsAfterValue(bracket: '}' | ']'): boolean {
    if (this.#closes(bracket)) return true;
    if (this.#text[this.#at] !== ',') this.#fail(`expected a comma or ${bracket}, found ${this.#found()}`);
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === bracket) this.#fail(`expected another value after the comma, found ${bracket}`);
    return false;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }

  #found(): string {
    const character = this.#text[this.#at];
    return character === undefined ? 'the end of the body' : `"${character}"`;
  }

  #hint(): string {
    const rest = this.#text.slice(this.#at, this.#at + 9);
    return /^[+-]?(NaN|Infinity)/.test(rest) ? '; NaN and Infinity are no JSON numbers' : '';
  }

  #fail(problem: string, offset: number = this.#at): never {
    throw new JsonSyntaxError(problem, this.#text, offset, this.#field);
  }
}

/** The fields of the one JSON object that a text holds, in their order. Throws JsonSyntaxError. */
export function scanObject(text: string): Map<string, Member> {
  return new Scanner(text).document();
}
