import { storedState } from './ledger.js';
import type { Answer, RequestOptions, TestService } from './service.js';

/** Does something that must leave every stored document as it was. */
export async function writingNothing<Result>(
  service: TestService,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = await storedState(service);
  const result = await work();
  expect(await storedState(service)).toEqual(before);
  return result;
}

/** A request that changes something. */
export interface Write {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Sends a request with further headers or query. */
export const send = (
  service: TestService,
  token: string,
  { method, path, body }: Write,
  headers: NonNullable<RequestOptions['headers']> = {},
): Promise<Answer> => service.api(method, path, { token, body, headers });

/** An answer without what differs between two that say the same: ids and times. */
export const saidIn = (body: unknown): unknown =>
  JSON.parse(
    JSON.stringify(body, (key, value: unknown) =>
      /^(id|recorded_at|reverses_id|root_id|reversed_by_id|transaction_id|batch_id)$/.test(key) &&
      typeof value === 'string'
        ? key
        : value,
    ),
  );
