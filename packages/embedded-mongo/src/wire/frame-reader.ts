import type { Claim, FrameBudget } from './budget.js';
import { HEADER_SIZE, MAX_MESSAGE_SIZE, OpCode } from './limits.js';

/** Bytes that are no message of the protocol: the connection cannot go on. */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

const NOTHING = Buffer.alloc(0);
const BYTES_PER_MS = 1_000;

/**
 * Cuts one connection's stream of bytes into messages. A message that lies whole within one chunk is handed on without
 * a copy; another is gathered in a buffer of its length, for which the shared budget must have room.
 */
export class FrameReader {
  private rest: Buffer = NOTHING;
  private frame: Buffer | undefined;
  private filled = 0;
  private claim: Claim | undefined;
  private admitted = false;
  private startedAt: number | undefined;

  /** `onRoom` is called when a message that had to wait for memory may be read on. */
  constructor(
    private readonly budget: FrameBudget,
    private readonly onRoom: () => void,
  ) {}

  /** Bytes that have come and are not yet part of a message begun. */
  get unread(): number {
    return this.rest.length;
  }

  /** Whether the message begun waits for memory, so that no further bytes should be read. */
  get waitsForRoom(): boolean {
    return this.claim !== undefined && !this.admitted;
  }

  /** Takes the bytes that came in. */
  push(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
  }

  /** The next whole message with its header, if it has come. Throws MalformedFrame as soon as the header shows it. */
  next(): Buffer | undefined {
    if (this.frame === undefined) {
      const whole = this.wholeInChunk();
      if (whole !== undefined || this.rest.length === 0) return whole;
      this.frame = Buffer.alloc(HEADER_SIZE);
      this.startedAt = performance.now();
    }
    if (this.filled < HEADER_SIZE && !this.readHeader()) return undefined;
    if (this.frame.length === HEADER_SIZE && !this.makeRoom()) return undefined;
    this.fill();
    return this.filled === this.frame.length ? this.finish() : undefined;
  }

  /** Whether the message begun has taken longer than allowed: `allowance` ms and a millisecond for each 1,000 bytes. */
  isLate(now: number, allowance: number): boolean {
    if (this.startedAt === undefined || this.waitsForRoom) return false;
    return now - this.startedAt > allowance + (this.claim?.bytes ?? 0) / BYTES_PER_MS;
  }

  /** Forgets everything and gives its memory back. */
  dispose(): void {
    this.rest = NOTHING;
    this.finish();
  }

  private wholeInChunk(): Buffer | undefined {
    const { rest } = this;
    if (rest.length < HEADER_SIZE) return undefined;
    const length = messageLength(rest);
    if (rest.length < length) return undefined;
    this.rest = rest.length === length ? NOTHING : rest.subarray(length);
    return rest.length === length ? rest : rest.subarray(0, length);
  }

  private readHeader(): boolean {
    this.fill();
    const header = this.frame!;
    if (this.filled >= 4) checkLength(header.readInt32LE(0));
    return this.filled === HEADER_SIZE;
  }

  private makeRoom(): boolean {
    if (this.claim === undefined) {
      const bytes = messageLength(this.frame!);
      const granted = (): void => {
        this.admitted = true;
        this.startedAt = performance.now();
        this.onRoom();
      };
      this.claim = { bytes, granted };
      this.admitted = this.budget.take(this.claim);
    }
    if (!this.admitted) return false;
    const header = this.frame!;
    this.frame = Buffer.allocUnsafeSlow(this.claim.bytes);
    header.copy(this.frame);
    return true;
  }

  private fill(): void {
    const frame = this.frame!;
    const taken = this.rest.copy(frame, this.filled);
    this.filled += taken;
    this.rest = taken === this.rest.length ? NOTHING : this.rest.subarray(taken);
  }

  private finish(): Buffer | undefined {
    const { frame, claim } = this;
    this.frame = undefined;
    this.claim = undefined;
    this.admitted = false;
    this.filled = 0;
    this.startedAt = undefined;
    if (claim) this.budget.release(claim);
    return frame;
  }
}

/** The length of the message whose header `bytes` starts with. Throws MalformedFrame. */
function messageLength(bytes: Buffer): number {
  const length = bytes.readInt32LE(0);
  checkLength(length);
  const opCode = bytes.readInt32LE(12);
  if (opCode !== OpCode.Msg && opCode !== OpCode.Query) throw new MalformedFrame(`opcode ${opCode}`);
  return length;
}

function checkLength(length: number): void {
  if (length < HEADER_SIZE || length > MAX_MESSAGE_SIZE) throw new MalformedFrame(`length ${length}`);
}
