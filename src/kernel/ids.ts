import { TypeID, typeid } from 'typeid-js';

/** The kinds of thing that have an id of their own, by the prefix of that id. */
export const ID_KINDS = ['acc', 'tx', 'bat', 'hh', 'usr'] as const;
export type IdKind = (typeof ID_KINDS)[number];

/**
 * A new id, such as `tx_01h455vb4pex5vsknk084sn02q`: 26 characters of base 32 after the kind's prefix. Ids sort by
 * the time they were made (UUIDv7), a household's excepted: those are random (UUIDv4), since households are spread
 * over shards by their id.
 */
export function newId(kind: IdKind): string {
  return String(kind === 'hh' ? TypeID.fromUUID(kind, crypto.randomUUID()) : typeid(kind));
}

/** Whether `value` is well formed as an id of that kind. Says nothing about whether such a thing exists. */
export function isIdOf(kind: IdKind, value: unknown): value is string {
  return typeof value === 'string' && SHAPES[kind].test(value);
}

// 26 characters of 5 bits hold 130 bits, so the first one of a 128-bit id is 7 at most.
const shapeOf = (kind: IdKind): RegExp => new RegExp(`^${kind}_[0-7][0-9a-hjkmnp-tv-z]{25}$`);

const SHAPES: Record<IdKind, RegExp> = {
  acc: shapeOf('acc'),
  tx: shapeOf('tx'),
  bat: shapeOf('bat'),
  hh: shapeOf('hh'),
  usr: shapeOf('usr'),
};
