/**
 * What a decider answers: the events to record (perhaps none), or why not. A decider is a plain function over plain data:
 * it reads no clock, no database and no random number; time, ids and the actor come with the command, and what must be
 * looked up comes as facts.
 */
export type Decision<Event, Refusal> =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly refusal: Refusal };
