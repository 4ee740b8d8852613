/** The one list of the errors that the engine answers: MongoDB's own names and codes. */
export const ErrorCodes = {
  InternalError: 1,
  BadValue: 2,
  HostUnreachable: 6,
  HostNotFound: 7,
  UnknownError: 8,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  LockTimeout: 24,
  ClientDisconnect: 279,
  LockBusy: 46,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  CannotBackfillArray: 34,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  OperationNotSupportedInTransaction: 263,
  UnknownReplWriteConcern: 79,
  UnsatisfiableWriteConcern: 100,
  NotExactValueField: 111,
  OperationFailed: 96,
  WriteConflict: 112,
  CommandNotSupported: 115,
  ConflictingOperationInProgress: 117,
  DocumentValidationFailure: 121,
  CommandFailed: 125,
  ExceededMemoryLimit: 146,
  InvalidPipelineOperator: 168,
  QueryPlanKilled: 175,
  InvalidIndexSpecificationOption: 197,
  CannotIndexParallelArrays: 171,
  QueryFeatureNotAllowed: 224,
  TransactionTooOld: 225,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  TransactionTooLarge: 257,
  TooManyLogicalSessions: 261,
  CursorKilled: 237,
  ConversionFailure: 241,
  AmbiguousIndexKeyPattern: 181,
  SnapshotTooOld: 239,
  SnapshotUnavailable: 246,
  CursorInUse: 12051,
  Interrupted: 11601,
  InterruptedAtShutdown: 11600,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  OutOfDiskSpace: 14031,
  Location16872: 16872,
  Location40324: 40324,
  IDLUnknownField: 40415,
  IDLFailedToParse: 40414,
  InvalidBSON: 22,
  KeyTooLong: 17280,
  IncompleteTransactionHistory: 217,
  IndexBuildAborted: 276,
  APIVersionError: 322,
  APIStrictError: 323,
  UnsupportedOpQueryCommand: 352,
  DataCorruptionDetected: 366,
  ShutdownInProgress: 91,
  WriteConcernFailed: 64,
  NetworkTimeout: 89,
  ReadConcernMajorityNotAvailableYet: 134,
  PrimarySteppedDown: 189,
  ExceededTimeLimit: 262,
  PreparedTransactionInProgress: 267,
  SocketException: 9001,
  NotWritablePrimary: 10107,
  InterruptedDueToReplStateChange: 11602,
  NotPrimaryNoSecondaryOk: 13435,
  NotPrimaryOrSecondary: 13436,
} as const;

/** A listed name, or one of MongoDB's nameless codes, which carry the number in their name. */
export type ErrorName = keyof typeof ErrorCodes | `Location${number}`;

const listedCodes: ReadonlyMap<string, number> = new Map(Object.entries(ErrorCodes));

/** The name that belongs to a code. */
export function errorNameOf(code: number): ErrorName {
  for (const [name, listed] of listedCodes) if (listed === code) return name as ErrorName;
  return `Location${code}`;
}

/** Error labels that drivers act on (transactions and retryable writes specifications). */
export type ErrorLabel =
  'TransientTransactionError' | 'UnknownTransactionCommitResult' | 'RetryableWriteError';

/** An error that goes to the client: `ok: 0` or a write error with MongoDB's code, name and, where due, labels. */
export class EngineError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly labels: ErrorLabel[] = [];
  /** Further fields of the answer, such as `keyPattern` and `keyValue` of a duplicate key. Plain JS or BSON values. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(name: ErrorName, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'EngineError';
    this.code = listedCodes.get(name) ?? Number(name.slice('Location'.length));
    this.codeName = name;
    this.details = details;
  }

  /** The same error with a label added. */
  labelled(label: ErrorLabel): this {
    if (!this.labels.includes(label)) this.labels.push(label);
    return this;
  }
}
