import type { CommandDoc, Reply } from '../bson/codec.js';
import type { Doc } from '../bson/types.js';

/** How many connections a server has; `serverStatus` shows them. */
export interface ConnectionCounts {
  /** Connections open now. */
  readonly current: number;
  /** How many more it would accept. */
  readonly available: number;
  /** Connections accepted since the start. */
  readonly totalCreated: number;
}

/** One client's connection, as the commands see it. */
export interface Connection {
  /** Counts up from 1; what `hello` calls connectionId. */
  readonly id: number;
  /** The listener's address that the connection came by: `host:port` or the socket's path. */
  readonly address: string;
  /** The client's own address: `host:port`, or `anonymous unix socket`. */
  readonly peer: string;
  /** Aborted as soon as the client has gone: long commands end early. */
  readonly closed: AbortSignal;
  /** Whether that has happened; quicker to ask. */
  readonly hasGone: boolean;
  /** Connections of the server that this one belongs to. */
  readonly counts: ConnectionCounts;
  /** What the driver said of itself in its first hello. */
  clientMetadata?: Doc;
  /** Ends the connection at once, without an answer to the command under way. */
  close(): void;
}

/** One command as it came over the wire. */
export interface Request {
  readonly connection: Connection;
  /** The command's `$db`. */
  readonly db: string;
  /** The command's name as sent: the first field of its document; empty for an empty document. */
  readonly name: string;
  /**
   * The whole command document. Document arrays named in {@link SEQUENCES} are `RawDoc[]`, whether they came in the
   * document itself or as document sequences; its `lsid` is a `RawDoc`.
   */
  readonly body: CommandDoc;
  /** How many levels deep the command, or a document that came with it, nests. */
  readonly levels: number;
}

/** Runs one command. Never throws or rejects: errors become replies with `ok: 0`. */
export type Dispatch = (request: Request) => Promise<Reply> | Reply;

/** Fields of commands that may come as document sequences; their documents stay encoded and are stored as they came. */
export const SEQUENCES: ReadonlySet<string> = new Set(['documents', 'updates', 'deletes', 'ops', 'nsInfo']);

/** Fields of commands whose documents stay encoded (`RawDoc`). */
export const RAW_FIELDS: ReadonlySet<string> = new Set([...SEQUENCES, 'lsid']);
