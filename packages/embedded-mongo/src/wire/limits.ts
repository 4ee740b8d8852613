/** Every message starts with its length, its id, the id it answers, and its opcode: four 32-bit integers. */
export const HEADER_SIZE = 16;

/** The longest message that a client may send, in bytes: what `hello` calls maxMessageSizeBytes. */
export const MAX_MESSAGE_SIZE = 48_000_000;

/** The most statements of one write command: what `hello` calls maxWriteBatchSize. */
export const MAX_WRITE_BATCH = 100_000;

/** Connections beyond this many are closed as they come. */
export const MAX_CONNECTIONS = 10_000;

/** The opcodes that the server reads and writes. */
export const OpCode = { Reply: 1, Query: 2004, Msg: 2013 } as const;

/** Times and sizes that a server allows its clients; tests shorten them. */
export interface WireLimits {
  /** How long a message of up to 1 MB may take from its first byte to its last, in milliseconds. */
  readonly frameTimeoutMs: number;
  /** How long a client may leave a reply unread, in milliseconds. */
  readonly replyTimeoutMs: number;
  /** Bytes that messages not yet whole may take in memory, all connections together. */
  readonly partialBytes: number;
}

export const DEFAULT_LIMITS: WireLimits = {
  frameTimeoutMs: 10_000,
  replyTimeoutMs: 60_000,
  partialBytes: 256 * 1024 * 1024,
};
