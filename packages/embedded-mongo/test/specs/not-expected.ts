/** Cases that fail, and why. They run all the same: one that passes, or fails otherwise, must leave this list. */
export interface NotExpected {
  readonly folder: string;
  readonly fileName: string;
  readonly cases: readonly string[];
  readonly reason: string;
  /** What they fail with. */
  readonly failure: RegExp;
}

export const NOT_EXPECTED: readonly NotExpected[] = [
  {
    folder: 'crud',
    fileName: 'bypassDocumentValidation.json',
    cases: [
      'Aggregate with $out passes bypassDocumentValidation: false',
      'BulkWrite passes bypassDocumentValidation: false',
      'FindOneAndReplace passes bypassDocumentValidation: false',
      'FindOneAndUpdate passes bypassDocumentValidation: false',
      'InsertMany passes bypassDocumentValidation: false',
    ],
    reason: 'the driver leaves bypassDocumentValidation out where it is false',
    failure: /bypassDocumentValidation: expected false, got nothing/,
  },
  {
    folder: 'crud',
    fileName: 'client-bulkWrite-partialResults.json',
    cases: [
      'partialResult is unset when first operation fails during an ordered bulk write (verbose)',
      'partialResult is unset when first operation fails during an ordered bulk write (summary)',
      'partialResult is unset when all operations fail during an unordered bulk write',
    ],
    reason: 'the driver gives a partial result even where nothing was done',
    failure: /error\.result\.insertedCount: expected no value, got 0/,
  },
  {
    folder: 'crud',
    fileName: 'create-null-ids.json',
    cases: [
      'inserting _id with type null via insertOne',
      'inserting _id with type null via insertMany',
      'inserting _id with type null via bulkWrite',
      'inserting _id with type null via clientBulkWrite',
    ],
    reason: 'the driver puts an id of its own in the place of null',
    failure: /countDocuments's result: expected 1, got 0/,
  },
  {
    folder: 'crud',
    fileName: 'estimatedDocumentCount.json',
    cases: ['estimatedDocumentCount works correctly on views'],
    reason: 'the engine has no views',
    failure: /viewOn is not supported/,
  },
  {
    folder: 'transactions',
    fileName: 'client-bulkWrite.json',
    cases: ['client bulkWrite with writeConcern in a transaction causes a transaction error'],
    reason: 'the driver does not refuse the write concern',
    failure: /clientBulkWrite succeeded, but was expected to fail/,
  },
  {
    folder: 'unified-test-format',
    fileName: 'poc-change-streams.json',
    cases: [
      'saveResultAsEntity is optional for createChangeStream',
      'Executing a watch helper on a MongoClient results in notifications for changes to all collections in all databases in the cluster.',
      'Test consecutive resume',
    ],
    reason: 'the engine has no change streams',
    failure: /\$changeStream/,
  },
];

/** Why a case fails; `undefined` for one that must pass. */
export function notExpected(folder: string, fileName: string, description: string): NotExpected | undefined {
  return NOT_EXPECTED.find(
    (entry) => entry.folder === folder && entry.fileName === fileName && entry.cases.includes(description),
  );
}
