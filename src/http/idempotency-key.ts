import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { pathOf } from './request-log.js';

/** The key of a write that may be sent again, and what tells whether it is the same write. */
export interface IdempotencyKey {
  /** 1 to 255 printable ASCII characters. */
  readonly key: string;
  /** Of method, path, query and parsed body. */
  readonly fingerprint: string;
}

const KEY = /^[\x20-\x7e]{1,255}$/;

/** What the `Idempotency-Key` header holds; `wrong` for what is no key; undefined without one. */
export function sentKey({ headers }: FastifyRequest): { readonly key: string } | 'wrong' | undefined {
  const sent = headers['idempotency-key'];
  if (sent === undefined) return undefined;
  return typeof sent === 'string' && KEY.test(sent) ? { key: sent } : 'wrong';
}

/** The same for requests that ask for the same: whatever order their fields are in, with or without a slash at the end. */
export function fingerprintOf(request: FastifyRequest): string {
  const path = pathOf(request).replace(/(?<=.)\/$/, '');
  const text = stableJson([request.method, path, request.query, request.body ?? {}]);
  return createHash('sha256').update(text).digest('base64url');
}

/** JSON in which the order of an object's fields makes no difference. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
