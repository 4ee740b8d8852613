import type { CollectionReport } from './collection.js';

/** What a check of a data folder found. Plain data: it crosses a process boundary as JSON. */
export interface FolderReport {
  /** Damage that belongs to no one collection: the file's pages, the catalogue; an empty list when there is none. */
  readonly problems: readonly string[];
  readonly collections: readonly CollectionReport[];
  /** That the data is of another format, one of the problems too: nothing else is known to be wrong with it. */
  readonly refusal?: string;
}

/** What the process that checks tells the one that started it. */
export type CheckMessage =
  { readonly type: 'working' } | { readonly type: 'report'; readonly report: FolderReport };

/** Everything that is wrong, a line each; empty for a sound folder. */
export function linesOf(report: FolderReport): string[] {
  const ofCollections = report.collections.flatMap(({ ns, indexes }) =>
    indexes.flatMap(({ name, errors }) => errors.map((text) => `${ns}, index ${name}: ${text}`)),
  );
  return [...report.problems, ...ofCollections];
}
