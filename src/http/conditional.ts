import { Problem } from '../kernel/problem.js';

/** The versions that a change may be made on, as `If-Match` names them. Null: on any. */
export type WantedVersions = readonly number[] | null;

const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/y;
const BETWEEN = /[ \t]*(?:,[ \t]*)+|[ \t]*$/y;
const VERSION = /^(0|[1-9]\d{0,14})$/;

/**
 * Reads an `If-Match` header (RFC 9110, section 13.1.1): `*`, or a list of entity tags. `*` asks for nothing more than
 * the path does. The comparison is the strong one, so a weak tag is no version, like a tag that was never ours.
 * @throws Problem `invalid_request` when it is neither.
 */
export function parseIfMatch(header: string | undefined): WantedVersions {
  if (header === undefined) return null;
  const text = header.trim();
  if (text === '*') return null;
  const versions: number[] = [];
  let at = 0;
  while (at < text.length) {
    ENTITY_TAG.lastIndex = at;
    const tag = ENTITY_TAG.exec(text);
    BETWEEN.lastIndex = ENTITY_TAG.lastIndex;
    if (!tag || !BETWEEN.test(text)) throw malformed();
    at = BETWEEN.lastIndex;
    const [, weak, opaque = ''] = tag;
    if (weak === undefined && VERSION.test(opaque)) versions.push(Number(opaque));
  }
  if (at === 0) throw malformed();
  return versions;
}

/**
 * Makes sure that a change is made on a version that its client has seen.
 * @throws Problem `version_conflict` with the version that is there.
 */
export function requireVersion(wanted: WantedVersions, version: number): void {
  if (wanted === null || wanted.includes(version)) return;
  throw new Problem('version_conflict', { extra: { version } });
}

/** The entity tag of a version. */
export const entityTag = (version: number): string => `"${version}"`;

/** The entity tag of the version that an answer's body carries; undefined when it carries none. */
export function etagOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('version' in body)) return undefined;
  return typeof body.version === 'number' ? entityTag(body.version) : undefined;
}

function malformed(): Problem {
  const message = 'must be * or entity tags in quotes, such as "7"';
  return new Problem('invalid_request', { errors: [{ field: 'If-Match', message }] });
}
