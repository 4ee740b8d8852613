import type { Document } from 'mongodb';

import type { StoredEvent } from './stored-event.js';

/**
 * What a decision wants to be recorded on one account, on the state that it was decided on. An event may bring an `_id`
 * of its own.
 */
export interface Recording<Event, State extends object> {
  readonly account_id: string;
  /** None: nothing is written for this account. */
  readonly events: readonly Event[];
  /** The account's state after them, to be stored beside the store's own fields. */
  readonly state: State;
  /** What the events change in the read models, written in the same transaction. */
  project(events: readonly StoredEvent<Event>[], generation: number): Projection;
}

/** What a command comes to: what is to be recorded, one entry an account at most. */
export interface Decision<Event, State extends object> {
  readonly recordings: readonly Recording<Event, State>[];
}

/** Changes of read models. */
export interface Projection {
  readonly changes: readonly DocumentChange[];
  /** By how many rows the account's register grows. */
  readonly added_rows: number;
}

/**
 * A change of one document of a read model, which belongs to the account that it is recorded on: a new document with
 * its `_id`, household and account; fields of a document that is there; or amounts that are added to fields (`days.05`
 * for one within another) of a document that is made with `on_insert` where there is none.
 */
export type DocumentChange = { readonly collection: string; readonly _id: string } & DocumentEdit;

export type DocumentEdit =
  | { readonly insert: Document }
  | { readonly set: Readonly<Document> }
  | { readonly inc: Readonly<Record<string, number>>; readonly on_insert: Readonly<Document> };
