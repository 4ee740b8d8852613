import { createHash } from 'node:crypto';
import { stableJson } from './idempotency-key.js';

/** What a list is put in order by. */
export type SortValue = string | number;

/** The fields that an order sorts by, the last one different for each item, and what they hold. */
export type SortKeys = Readonly<Record<string, 'string' | 'number'>>;

/** Where a list goes on. */
export interface Cursor {
  /** The page that it leads to, counted from 1: never the first. */
  readonly page: number;
  /** The sort fields' values of the item before it, in their order. */
  readonly after: readonly SortValue[];
}

const MAX_LENGTH = 4_000;
const MARK_LENGTH = 16;

/** What a cursor is tied to: it is good for the same list in the same order with the same filters. */
export function cursorMark(...what: readonly unknown[]): string {
  return createHash('sha256').update(stableJson(what)).digest('base64url').slice(0, MARK_LENGTH);
}

/** A cursor as clients carry it. */
export function writeCursor(mark: string, { page, after }: Cursor): string {
  return Buffer.from(JSON.stringify([mark, page, ...after])).toString('base64url');
}

/** Reads what a client sends as a cursor; undefined unless it is one with this mark, for these sort fields. */
export function readCursor(text: string, mark: string, keys: SortKeys): Cursor | undefined {
  if (text.length > MAX_LENGTH || !/^[\w-]+$/.test(text)) return undefined;
  const parts = parsed(Buffer.from(text, 'base64url').toString());
  if (!Array.isArray(parts) || parts[0] !== mark) return undefined;
  const [, page, ...after] = parts as unknown[];
  const types = Object.values(keys);
  const fits =
    Number.isSafeInteger(page) &&
    (page as number) > 1 &&
    after.length === types.length &&
    after.every((value, index) => typeof value === types[index]);
  return fits ? { page: page as number, after: after as SortValue[] } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
