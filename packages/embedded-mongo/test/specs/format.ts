import type { AnyBulkWriteOperation, Document } from 'mongodb';

/** One file of cases in the Unified Test Format, as far as the runner reads it. */
export interface SpecFile {
  readonly description: string;
  readonly runOnRequirements?: readonly Requirement[];
  readonly createEntities?: readonly EntityDescription[];
  readonly initialData?: readonly CollectionData[];
  readonly tests: readonly SpecCase[];
}

export interface SpecCase {
  readonly description: string;
  readonly skipReason?: string;
  readonly runOnRequirements?: readonly Requirement[];
  readonly operations: readonly Operation[];
  readonly expectEvents?: readonly ExpectedEvents[];
  readonly outcome?: readonly CollectionData[];
}

/** What a server must be like for a file or a case to run. */
export interface Requirement {
  readonly minServerVersion?: string;
  readonly maxServerVersion?: string;
  readonly topologies?: readonly string[];
  readonly serverless?: 'require' | 'forbid' | 'allow';
  readonly auth?: boolean;
  readonly csfle?: boolean | Document;
}

export interface CollectionData {
  readonly databaseName: string;
  readonly collectionName: string;
  readonly createOptions?: Document;
  readonly documents: Document[];
}

export interface ClientDescription {
  readonly id: string;
  readonly uriOptions?: Readonly<Record<string, unknown>>;
  readonly observeEvents?: readonly string[];
  readonly ignoreCommandMonitoringEvents?: readonly string[];
  readonly observeSensitiveCommands?: boolean;
}

/** One of these, by its only key. */
export interface EntityDescription {
  readonly client?: ClientDescription;
  readonly database?: {
    readonly id: string;
    readonly client: string;
    readonly databaseName: string;
    readonly databaseOptions?: Document;
  };
  readonly collection?: {
    readonly id: string;
    readonly database: string;
    readonly collectionName: string;
    readonly collectionOptions?: Document;
  };
  readonly session?: { readonly id: string; readonly client: string; readonly sessionOptions?: Document };
  readonly bucket?: { readonly id: string; readonly database: string };
}

export interface Operation {
  readonly name: string;
  readonly object: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly ignoreResultAndError?: boolean;
  readonly expectError?: ExpectedError;
  readonly expectResult?: unknown;
  readonly saveResultAsEntity?: string;
}

export interface ExpectedError {
  readonly isError?: true;
  readonly isClientError?: boolean;
  readonly errorContains?: string;
  readonly errorCode?: number;
  readonly errorCodeName?: string;
  readonly errorLabelsContain?: readonly string[];
  readonly errorLabelsOmit?: readonly string[];
  readonly errorResponse?: Document;
  readonly writeErrors?: Readonly<Record<string, Document>>;
  readonly writeConcernErrors?: readonly Document[];
  readonly expectResult?: unknown;
}

export type EventKind = 'command' | 'cmap' | 'sdam';

/** An expected event: its name, such as `commandStartedEvent`, with the fields it must have. */
export type ExpectedEvent = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface ExpectedEvents {
  readonly client: string;
  readonly eventType?: EventKind;
  readonly events: readonly ExpectedEvent[];
  readonly ignoreExtraEvents?: boolean;
}

/** Every argument that operations take by name; the rest are options of the driver's methods. */
export interface OperationArguments {
  readonly filter: Document;
  readonly update: Document;
  readonly replacement: Document;
  readonly document: Document;
  readonly documents: Document[];
  readonly pipeline: Document[];
  readonly requests: AnyBulkWriteOperation[];
  readonly models: readonly Readonly<Record<string, Document>>[];
  readonly fieldName: string;
  readonly keys: Document;
  readonly collection: string;
  readonly command: Document;
  readonly commandName: string;
  readonly batchSize: number;
  readonly id: Document;
  readonly filename: string;
  readonly source: { readonly $$hexBytes: string };
  readonly chunkSizeBytes: number;
  readonly callback: readonly Operation[];
  readonly client: string;
  readonly session: string;
  readonly entities: readonly EntityDescription[];
  readonly failPoint: Document & { readonly configureFailPoint: string };
  readonly databaseName: string;
  readonly collectionName: string;
  readonly indexName: string;
  readonly state: string;
  readonly connections: number;
  readonly event: ExpectedEvent;
  readonly count: number;
}
