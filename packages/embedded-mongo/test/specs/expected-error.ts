import { BSON, MongoBulkWriteError, MongoClientBulkWriteError, MongoError, MongoServerError } from 'mongodb';
import type { Document } from 'mongodb';
import type { ExpectedError } from './format.js';
import { match, matchRoots, Mismatch, type Known } from './matching.js';
import { resultOf } from './results.js';

/** Holds an error to what a case expects of it. Throws Mismatch, and the error itself where it is none of the driver's. */
export function matchError(expected: ExpectedError, error: unknown, known: Known): void {
  if (error instanceof BSON.BSONError) {
    if (expected.isClientError !== false) return;
    throw error;
  }
  if (!(error instanceof MongoError)) throw error;
  const cause = causeOf(error);
  matchNature(expected, error, cause);
  for (const label of expected.errorLabelsContain ?? []) {
    if (!cause.hasErrorLabel(label)) throw new Mismatch('error', `the label ${label}`, describe(error));
  }
  for (const label of expected.errorLabelsOmit ?? []) {
    if (cause.hasErrorLabel(label)) throw new Mismatch('error', `no label ${label}`, describe(error));
  }
  const path = 'error';
  if (expected.errorResponse !== undefined) {
    match(expected.errorResponse, responseOf(cause), known, {
      path: `${path}.response`,
      extras: 'at the top',
    });
  }
  for (const [index, writeError] of Object.entries(expected.writeErrors ?? {})) {
    const actual = writeErrorsOf(error)[index];
    match(writeError, actual, known, { path: `${path}.writeErrors.${index}`, extras: 'at the top' });
  }
  if (expected.writeConcernErrors !== undefined) {
    const actual = error instanceof MongoClientBulkWriteError ? error.writeConcernErrors : [];
    matchRoots(expected.writeConcernErrors, actual, known, `${path}.writeConcernErrors`);
  }
  if (expected.expectResult !== undefined) {
    match(expected.expectResult, partialResultOf(error), known, {
      path: `${path}.result`,
      extras: 'at the top',
    });
  }
}

function matchNature(expected: ExpectedError, error: MongoError, cause: MongoError): void {
  const { isClientError, errorContains, errorCode, errorCodeName } = expected;
  const isOfServer = cause instanceof MongoServerError;
  if (isClientError !== undefined && isClientError === isOfServer) {
    throw new Mismatch(
      'error',
      isClientError ? 'an error of the client' : 'an error of the server',
      describe(error),
    );
  }
  const parts: Document[] = [error, cause, responseOf(cause), ...aggregated(error)];
  if (errorContains !== undefined) {
    const text = parts.map((part) => `${String(part['message'])} ${String(part['errmsg'])}`).join('\n');
    if (!text.toLowerCase().includes(errorContains.toLowerCase())) {
      throw new Mismatch('error', `a message with "${errorContains}"`, describe(error));
    }
  }
  if (errorCode !== undefined && !parts.some((part) => part['code'] === errorCode)) {
    throw new Mismatch('error', `the code ${String(errorCode)}`, describe(error));
  }
  if (errorCodeName !== undefined && !parts.some((part) => part['codeName'] === errorCodeName)) {
    throw new Mismatch('error', `the code ${errorCodeName}`, describe(error));
  }
}

/** The error that a bulk write's error is about. */
function causeOf(error: MongoError): MongoError {
  const inner: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : error.cause;
  const isBulk = error instanceof MongoBulkWriteError || error instanceof MongoClientBulkWriteError;
  return isBulk && inner instanceof MongoError ? inner : error;
}

/** The server's answer: the driver keeps it, and copies its fields to the error. */
function responseOf(error: MongoError): Document {
  const response = error instanceof MongoServerError ? error.errorResponse : {};
  return { ...response, ...error };
}

function aggregated(error: MongoError): Document[] {
  if (error instanceof MongoClientBulkWriteError) {
    return [...error.writeErrors.values(), ...error.writeConcernErrors];
  }
  if (!(error instanceof MongoBulkWriteError)) return [];
  const concern = error.result.getWriteConcernError();
  return [...error.result.getWriteErrors(), ...(concern === undefined ? [] : [concern])];
}

function writeErrorsOf(error: MongoError): Readonly<Record<string, unknown>> {
  if (error instanceof MongoClientBulkWriteError) return Object.fromEntries(error.writeErrors);
  if (!(error instanceof MongoBulkWriteError)) return {};
  return Object.fromEntries(error.result.getWriteErrors().map((item) => [item.index, { code: item.code }]));
}

function partialResultOf(error: MongoError): unknown {
  if (error instanceof MongoClientBulkWriteError) return resultOf(error.partialResult);
  if (!(error instanceof MongoBulkWriteError)) return responseOf(error);
  // The driver counts ids as inserted that it only meant to insert when the connection broke.
  return { ...error.result, insertedIds: undefined };
}

function describe(error: MongoError): string {
  const { name, message, code, errorLabels } = error;
  return `${name} ${String(code ?? '')} ${message} [${errorLabels.join(', ')}]`;
}
