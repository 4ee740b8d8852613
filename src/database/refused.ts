/** A database that the service cannot run on; the message is one line for the person who starts it. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused';
}
