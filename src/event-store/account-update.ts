import type { Document } from 'mongodb';

/**
 * What differs between two versions of an account's document, as the `$set` of an update: whole fields, single items of
 * a list (`envelopes.3`) or single fields of them (`envelopes.3.balance_minor`), so that a change costs what it changes
 * and not what the account holds. What both versions share by identity counts as unchanged without a look inside; a
 * field is never removed.
 */
export function changedFields(before: Document, after: Document): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const name of Object.keys(after)) {
    const old: unknown = before[name];
    const value: unknown = after[name];
    if (old === value) continue;
    if (Array.isArray(old) && Array.isArray(value) && old.length === value.length) {
      noteItems(name, old, value, changed);
    } else {
      changed[name] = value;
    }
  }
  return changed;
}

function noteItems(
  name: string,
  before: readonly unknown[],
  after: readonly unknown[],
  changed: Record<string, unknown>,
): void {
  after.forEach((item, index) => {
    const old = before[index];
    if (old === item) return;
    const path = `${name}.${index}`;
    if (!isPlain(old) || !isPlain(item) || Object.keys(old).length !== Object.keys(item).length) {
      changed[path] = item;
      return;
    }
    for (const field of Object.keys(item)) {
      if (old[field] !== item[field]) changed[`${path}.${field}`] = item[field];
    }
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
