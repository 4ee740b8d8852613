/** A result that is there, or will be: what needs no waiting costs no turn of the event loop. */
export type Eventually<T> = T | Promise<T>;

/** What `next` makes of a result, at once where it is there. */
export function andThen<T, U>(result: Eventually<T>, next: (result: T) => Eventually<U>): Eventually<U> {
  return result instanceof Promise ? result.then(next) : next(result);
}
