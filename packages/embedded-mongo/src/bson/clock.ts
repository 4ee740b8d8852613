import { Timestamp } from 'bson';

let last = { t: 0, i: 0 };

/** The present as a timestamp, greater than every one that this process has given out before. */
export function nextTimestamp(): Timestamp {
  const seconds = Math.floor(Date.now() / 1000);
  last = seconds > last.t ? { t: seconds, i: 1 } : { t: last.t, i: last.i + 1 };
  return new Timestamp(last);
}
