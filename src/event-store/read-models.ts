import type { Projection } from './recording.js';
import type { StoredEvent } from './stored-event.js';

/** The read models that can be made anew from the log, and how: by the same functions that keep them up. */
export interface ReadModels<Event, State extends object> {
  /** The collections that hold them; each document has `account_id` and `generation`. */
  readonly collections: readonly string[];

  /**
   * What events of one account, given in their order, change in the read models of a generation, and the account's state
   * after them; `before` is null at the first event.
   * @throws Error for a log that cannot be.
   */
  project(
    before: State | null,
    events: readonly StoredEvent<Event>[],
    generation: number,
  ): Promise<{ readonly after: State; readonly projection: Projection }>;

  /** What is to be stored of a state in the account's document, beside the store's own fields. */
  stored(state: State): object;
}
