import type { Doc } from '../../src/bson/types.js';

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A document of these fields, in their order. */
export const doc = (...fields: [string, Parameters<Doc['set']>[1]][]): Doc => new Map(fields);

/** What a thrown error has to match: its code, and a part of its message. */
export const withCode = (code: number, part = ''): Error =>
  expect.objectContaining({ code, message: expect.stringContaining(part) }) as Error;
