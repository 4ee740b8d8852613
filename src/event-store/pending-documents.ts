import type { DocumentChange, DocumentEdit } from './recording.js';

/** The account that a document belongs to. */
export interface DocumentOwner {
  readonly household_id: string;
  readonly account_id: string;
}

/** A change, and whose document it changes. */
export interface OwnedChange {
  readonly owner: DocumentOwner;
  readonly change: DocumentChange;
}

/** All that one transaction does to one document. */
export interface PendingDocument {
  readonly owner: DocumentOwner;
  readonly collection: string;
  readonly _id: string;
  readonly edit: DocumentEdit;
}

const NONE: ReadonlyMap<string, DocumentEdit> = new Map();

/** The documents of read models that one transaction will write: all changes of one document become one write. */
export class PendingDocuments {
  private readonly documents = new Map<string, PendingDocument>();
  private readonly edits = new Map<string, Map<string, DocumentEdit>>();

  /**
   * Takes changes in, in their order, all or none.
   * @throws Error for changes that cannot follow each other, such as a document inserted twice.
   */
  take(changes: readonly OwnedChange[]): void {
    const merged = new Map<string, PendingDocument>();
    for (const { owner, change } of changes) {
      const { collection, _id } = change;
      const key = `${collection}/${_id}`;
      const before = merged.get(key) ?? this.documents.get(key);
      if (before && before.owner.account_id !== owner.account_id) throw new Error(`${key} has two owners`);
      merged.set(key, { owner, collection, _id, edit: before ? together(before.edit, change, key) : change });
    }
    for (const [key, document] of merged) this.keep(key, document);
  }

  /** The changes of one account's documents in a collection, by the document's `_id`. */
  of(collection: string, owner: DocumentOwner): ReadonlyMap<string, DocumentEdit> {
    return this.edits.get(placeOf(collection, owner)) ?? NONE;
  }

  /** How many documents there are. */
  get size(): number {
    return this.documents.size;
  }

  /** Every document once. */
  all(): Iterable<PendingDocument> {
    return this.documents.values();
  }

  private keep(key: string, document: PendingDocument): void {
    this.documents.set(key, document);
    const place = placeOf(document.collection, document.owner);
    const edits = this.edits.get(place) ?? new Map<string, DocumentEdit>();
    this.edits.set(place, edits.set(document._id, document.edit));
  }
}

const placeOf = (collection: string, { household_id, account_id }: DocumentOwner): string =>
  `${collection}/${household_id}/${account_id}`;

function together(first: DocumentEdit, second: DocumentEdit, key: string): DocumentEdit {
  if ('set' in second) {
    if ('insert' in first) return { insert: { ...first.insert, ...second.set } };
    if ('set' in first) return { set: { ...first.set, ...second.set } };
  }
  if ('inc' in second && 'inc' in first)
    return { inc: sum(first.inc, second.inc), on_insert: first.on_insert };
  throw new Error(`These changes of ${key} cannot follow each other`);
}

function sum(first: Readonly<Record<string, number>>, second: Readonly<Record<string, number>>) {
  const total = new Map(Object.entries(first));
  for (const [path, amount] of Object.entries(second)) total.set(path, (total.get(path) ?? 0) + amount);
  return Object.fromEntries(total);
}
