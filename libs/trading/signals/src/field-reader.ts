import type { ErrorDetail } from '@keelson/contracts';
import type { Read } from './alert-fields.ts';
import { positionOf } from './json-position.ts';
import type { Member } from './json-scan.ts';

/** Reads the fields of one object one by one, and collects what is wrong with them, each with its column. */
export class FieldReader<Field extends string = string> {
  readonly problems: ErrorDetail[];
  readonly #text: string;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #path: string;

  /**
   * @param text the whole body, for columns
   * @param path what stands before the name of a field in a problem: `stop_loss.`, `legs[1].`
   */
  constructor(text: string, members: ReadonlyMap<string, Member>, path = '', problems: ErrorDetail[] = []) {
    this.#text = text;
    this.#members = members;
    this.#path = path;
    this.problems = problems;
  }

  has(field: Field): boolean {
    return this.#members.has(field);
  }

  member(field: Field): Member | undefined {
    return this.#members.get(field);
  }

  required<T>(field: Field, read: (member: Member) => Read<T>): T | undefined {
    if (!this.has(field)) this.problems.push({ field: this.#path + field, message: 'is missing' });
    return this.optional(field, read);
  }

  optional<T>(field: Field, read: (member: Member) => Read<T>): T | undefined {
    const member = this.#members.get(field);
    if (member === undefined) return undefined;
    const result = read(member);
    if ('value' in result) return result.value;
    this.complain(field, result.problem);
    return undefined;
  }

  /** Says what is wrong with a field that is there. */
  complain(field: string, message: string, member: Member = this.#members.get(field)!): void {
    const { column } = positionOf(this.#text, member.start);
    this.problems.push({ field: this.#path + field, message, column });
  }

  /** Complains of a field where it must not stand. */
  forbid(field: Field, because: string): void {
    if (this.has(field)) this.complain(field, `must not be there: ${because}`);
  }

  /** A reader of an object inside this one; its problems are collected here too. */
  within<Inner extends string>(path: string, members: ReadonlyMap<string, Member>): FieldReader<Inner> {
    return new FieldReader<Inner>(this.#text, members, this.#path + path, this.problems);
  }

  /** Complains of every field that is none of these. */
  allowOnly(fields: readonly Field[]): void {
    for (const name of this.#members.keys()) {
      if ((fields as readonly string[]).includes(name)) continue;
      this.complain(name.slice(0, 100), `is not known here; allowed are ${fields.join(', ')}`, this.#members.get(name));
    }
  }
}
