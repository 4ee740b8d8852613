/** What a decider answers: the events to record (perhaps none), or why not. */
export type Decision<Event, Refusal> =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * A decider: two plain functions over plain data. `decide` says which events a command leads to, `evolve` what the
 * state is after one event. Neither reads a clock, a database or a random number: time, ids and the actor come with
 * the command, and what must be looked up comes as facts.
 */
export interface Decider<State, Facts, Command, Event, Refusal> {
  /** `state` is null for a stream without events. */
  readonly decide: (state: State | null, facts: Facts, command: Command) => Decision<Event, Refusal>;
  /** Returns the state after `event`; never changes the one given. */
  readonly evolve: (state: State | null, event: Event) => State;
}
