/** One kind of answer that is no success: what it is called, why it happens, and what to do about it. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
}

/**
 * Every code that a client can get, in one list: the README's table and the OpenAPI description are made from it.
 * Codes never change their meaning.
 */
export const PROBLEM_KINDS = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    cause: 'A field is missing, unknown, of the wrong type or out of its range, or the body is not JSON.',
    remedy: 'Correct the fields that `errors` names; `detail` says if there are more than its 100.',
  },
  unauthorized: {
    status: 401,
    title: 'Log in first',
    cause: 'No access token was sent, or it is not valid or has expired.',
    remedy: 'Get a token from POST /token and send it as `Authorization: Bearer <token>`.',
  },
  invalid_grant: {
    status: 401,
    title: 'The log-in is refused',
    cause:
      'No user has this name with this password; or the refresh token is unknown, expired, revoked or used.',
    remedy: 'Check the spelling, then log in with name and password.',
  },
  wrong_password: {
    status: 403,
    title: 'The password is wrong',
    cause: 'The current password is not the one that was sent.',
    remedy: 'Send the password that you log in with.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    cause: 'Nothing with this id exists, or it belongs to another household.',
    remedy: 'Check the id, and which household you are logged in to.',
  },
  route_not_found: {
    status: 404,
    title: 'No such route',
    cause: 'The method and path are none of this service.',
    remedy: 'Look the route up at /docs.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    cause: 'The headers or the body were not complete in time.',
    remedy: 'Send the request again over a working connection.',
  },
  version_conflict: {
    status: 412,
    title: 'Somebody else was faster',
    cause: 'Its version by now, which `version` gives, is none of those that If-Match names.',
    remedy: 'Read it again, and send the change with its new ETag if it is still meant.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    cause: 'The body is larger than the route takes, 1 MiB unless it says otherwise.',
    remedy: 'Send less at once.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body has the wrong media type',
    cause: 'The Content-Type is not one that the route takes.',
    remedy: 'Send application/json; POST /token takes application/x-www-form-urlencoded.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'The same request is still being worked on',
    cause: 'A request with this Idempotency-Key has not been answered yet.',
    remedy: 'Send it again after as many seconds as Retry-After says.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This key belongs to another request',
    cause: 'The Idempotency-Key was used for another method, path, query or body before.',
    remedy: 'Use a new key for each change, and the same key only to repeat one.',
  },
  use_cursor: {
    status: 400,
    title: 'Too deep for page numbers',
    cause: 'Pages by number reach the first 10,000 items of a list.',
    remedy: 'Go on from a page with its `next_cursor`, as `cursor`; or ask for fewer items by filters.',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many attempts',
    cause: 'Too many log-ins, sign-ups or look-ups of user names came from this address or for this name.',
    remedy: 'Wait as many seconds as Retry-After says.',
  },
  header_fields_too_large: {
    status: 431,
    title: 'The headers are too large',
    cause: 'The request line and headers together are larger than the server takes.',
    remedy: 'Send fewer or shorter headers.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong here',
    cause: 'A fault of the service. It is in the log under the request id.',
    remedy:
      'Read the account before trying again, since the change may have been made; report the request id.',
  },
  service_unavailable: {
    status: 503,
    title: 'Not ready',
    cause: 'The database cannot be reached, the service is stopping, or too much is waiting.',
    remedy: 'Try again after as many seconds as Retry-After says.',
  },
  username_taken: {
    status: 409,
    title: 'This user name is taken',
    cause: 'Another user has this name; case makes no difference.',
    remedy: 'Choose another name.',
  },
  email_taken: {
    status: 409,
    title: 'This e-mail address is taken',
    cause: 'Another user has this address; case makes no difference.',
    remedy: 'Log in with that user, or use another address.',
  },
  name_taken: {
    status: 409,
    title: 'This name is taken',
    cause: 'Another open account of the household, or another envelope in use of the account, has this name.',
    remedy: 'Choose another name, or rename the other one first.',
  },
  envelope_overdrawn: {
    status: 409,
    title: 'An envelope does not hold enough',
    cause: 'An envelope would fall below 0; `envelopes` says which, and by how much.',
    remedy: 'Take less, move money into the envelope first, or allow the account to go negative.',
  },
  credit_limit_exceeded: {
    status: 409,
    title: 'The credit limit would be exceeded',
    cause: 'The account would be overdrawn by more than its credit limit.',
    remedy: 'Take less, pay in first, or raise the limit.',
  },
  split_exceeds_amount: {
    status: 409,
    title: 'The split is more than the pay',
    cause: 'The amounts of the split add up to more than the amount that comes in.',
    remedy: 'Lower the split or raise the amount; what is left over goes to Available.',
  },
  balance_out_of_range: {
    status: 409,
    title: 'The balance would be too large',
    cause: 'A balance or a total would reach 10^15 minor units, or does by effective dates.',
    remedy: 'Use smaller amounts; read in the order of recording.',
  },
  limit_reached: {
    status: 409,
    title: 'A limit is reached',
    cause:
      'An account holds 500 envelopes in use, 2,000 in all and 200 payers; a transaction 100 postings; 1,000 transactions are undone at once; what an account moves in all stays below 2^53 minor units.',
    remedy: 'Archive or remove what is no longer used, or open another account.',
  },
  envelope_not_empty: {
    status: 409,
    title: 'The envelope is not empty',
    cause: 'Only an envelope whose balance is 0 can be archived.',
    remedy: 'Move its money elsewhere first.',
  },
  envelope_archived: {
    status: 409,
    title: 'The envelope is archived',
    cause: 'An archived envelope takes and gives no money.',
    remedy: 'Restore it first, or use another one.',
  },
  envelope_in_split: {
    status: 409,
    title: 'A payer still pays into this envelope',
    cause: 'The standing split of a payer names the envelope.',
    remedy: 'Take it out of the split of the payers that `payer_ids` names.',
  },
  available_cannot_be_archived: {
    status: 409,
    title: 'Available cannot be archived',
    cause: 'Envelope 0 takes whatever is not assigned, so every account keeps it.',
    remedy: 'Rename it if the name is in the way.',
  },
  account_closed: {
    status: 409,
    title: 'The account is closed',
    cause:
      'A closed account takes no changes but notes; `account_id` says which one, as it may be the other side of a transfer.',
    remedy: 'Reopen it first.',
  },
  account_not_empty: {
    status: 409,
    title: 'The account is not empty',
    cause: 'Only an account whose envelopes are all at 0 can be closed.',
    remedy: 'Transfer or spend what is left in the envelopes that `envelope_ids` names.',
  },
  opening_cannot_be_undone: {
    status: 409,
    title: 'The opening cannot be undone',
    cause: 'Nothing is left to undo but the opening of the account, or the opening was asked for.',
    remedy: 'Record a deposit or a debit to correct the balance.',
  },
  already_reversed: {
    status: 409,
    title: 'Already undone',
    cause: 'The transaction does not stand any more.',
    remedy: 'Nothing needs to be done.',
  },
  not_undone: {
    status: 409,
    title: 'Not undone',
    cause: 'The transaction stands, so there is nothing to redo.',
    remedy: 'Nothing needs to be done.',
  },
  nothing_to_redo: {
    status: 409,
    title: 'Nothing to redo',
    cause: 'Nothing was undone since the newest transaction, or nothing of the batch is undone.',
    remedy: 'Redo an older transaction by its own id.',
  },
  nothing_to_adjust: {
    status: 409,
    title: 'Nothing to adjust',
    cause: 'The balance of that day is what it is to be already.',
    remedy: 'Nothing needs to be done.',
  },
  not_the_last: {
    status: 409,
    title: 'Another transaction is the last one',
    cause: 'The transaction that `expect` names is not the one that would be undone or redone.',
    remedy: 'Look at the one that `last_id` names, or undo the one that you mean by its own id.',
  },
  not_a_money_transaction: {
    status: 409,
    title: 'Not a transaction of its own',
    cause: 'The id is that of an undo or a redo, not of the transaction that it belongs to.',
    remedy: 'Use the id that `root_id` gives.',
  },
} as const satisfies Record<string, ProblemKind>;

/** A code of the list. */
export type ProblemCode = keyof typeof PROBLEM_KINDS;
