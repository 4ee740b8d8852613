import { ReadPreference, type Document, type ReadPreferenceMode, type TagSet } from 'mongodb';

interface ReadPreferenceDescription {
  readonly mode: ReadPreferenceMode;
  readonly tagSets?: TagSet[];
  readonly maxStalenessSeconds?: number;
}

/** Options as the driver takes them: cases write read preferences as documents, and enumerations in capitals. */
export function driverOptions(options: Document): Document {
  const result: Document = { ...options };
  const preference = options['readPreference'] as ReadPreferenceDescription | undefined;
  if (preference !== undefined) result['readPreference'] = readPreferenceOf(preference);
  const returned = options['returnDocument'] as string | undefined;
  if (returned !== undefined) result['returnDocument'] = returned.toLowerCase();
  const forTransactions = options['defaultTransactionOptions'] as Document | undefined;
  if (forTransactions !== undefined) result['defaultTransactionOptions'] = driverOptions(forTransactions);
  return result;
}

function readPreferenceOf({ mode, tagSets, maxStalenessSeconds }: ReadPreferenceDescription): ReadPreference {
  return new ReadPreference(mode, tagSets, maxStalenessSeconds === undefined ? {} : { maxStalenessSeconds });
}
