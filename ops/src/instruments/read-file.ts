import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FileRow } from '@keelson/market';
import { parse } from 'csv-parse/sync';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { exitCode, Failure, messageOf } from '../framework/failure.ts';

/** The lines of a file: .csv with a header, or .json with a list of objects. Nothing is judged here. */
export function readRows(file: string): FileRow[] {
  const text = readText(file);
  const extension = path.extname(file).toLowerCase();
  try {
    if (extension === '.csv') return fromCsv(text);
    if (extension === '.json') return fromJson(text);
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`, {
      code: exitCode.usage,
      fix: 'correct that line; the fields are in libs/feeds/market/README.md',
      cause: error,
    });
  }
  throw new Failure(`${file} is neither .csv nor .json`, {
    code: exitCode.usage,
    fix: 'name the file by what is in it',
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`, { code: exitCode.usage, fix: 'check the path' });
  }
}

function fromCsv(text: string): FileRow[] {
  const records: unknown = parse(text, { columns: true, info: true, bom: true, trim: true, skip_empty_lines: true });
  return (records as { record: Record<string, string>; info: { lines: number } }[]).map(({ record, info }) => ({
    line: info.lines,
    fields: record,
  }));
}

/**
 * Read as YAML, of which JSON is a part: that parser knows the line of each entry, and keeps the digits of a number as
 * they are written, where JSON.parse would make a binary float of them.
 */
function fromJson(text: string): FileRow[] {
  JSON.parse(text);
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines });
  if (!isSeq(contents)) throw new Error('it must be a list of objects');
  return contents.items.map((entry, index) => {
    if (!isMap(entry)) throw new Error(`entry ${index + 1} must be an object`);
    return { line: lines.linePos(entry.range?.[0] ?? 0).line, fields: fieldsOf(entry) };
  });
}

function fieldsOf(entry: YAMLMap): Record<string, string> {
  return Object.fromEntries(
    entry.items.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : String(key);
      if (isSeq(value)) return [name, value.items.map((item) => (isScalar(item) ? String(item.value) : '')).join(' ')];
      if (!isScalar(value)) throw new Error(`"${name}" must be a text, a number, true, false or a list of texts`);
      if (value.value === null) return [name, ''];
      return [name, typeof value.value === 'number' ? (value.source ?? '') : String(value.value)];
    }),
  );
}
