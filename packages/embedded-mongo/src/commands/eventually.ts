/** A result that is there, or will be: what needs no waiting costs no turn of the event loop. */
export type Eventually<T> = T | Promise<T>;

/** What `next` makes of a result, at once where it is there. */
export function andThen<T, U>(result: Eventually<T>, next: (result: T) => Eventually<U>): Eventually<U> {
  return result instanceof Promise ? result.then(next) : next(result);
}

/** What `done` makes of the result of `work`, or `failed` of the error that it throws or rejects with. */
export function settle<T, U>(
  work: () => Eventually<T>,
  done: (result: T) => Eventually<U>,
  failed: (error: unknown) => Eventually<U>,
): Eventually<U> {
  let result: Eventually<T>;
  try {
    result = work();
  } catch (error) {
    return failed(error);
  }
  return result instanceof Promise ? result.then(done, failed) : done(result);
}
