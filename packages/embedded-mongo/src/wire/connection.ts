import type { Socket } from 'node:net';
import { Double } from 'bson';
import { encodeReply, type Reply } from '../bson/codec.js';
import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { FrameBudget } from './budget.js';
import { FrameReader, MalformedFrame } from './frame-reader.js';
import { OpCode, type WireLimits } from './limits.js';
import { OpMsg, type ParsedCommand } from './message.js';
import { parseOpQuery } from './op-query.js';
import { headMsgReply, headOldReply, MSG_PREFIX, REPLY_PREFIX } from './reply.js';
import type { Connection, ConnectionCounts, Dispatch } from './request.js';

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly counts: ConnectionCounts;
  readonly budget: FrameBudget;
  readonly limits: WireLimits;
  readonly dispatch: Dispatch;
  /** Told of an error that is no EngineError: a fault of the engine. */
  readonly onFault: (error: unknown) => void;
}

type State = 'reading' | 'running' | 'draining';

/** What the answer to a message has to go by. */
interface Asked {
  readonly id: number;
  readonly isMsg: boolean;
  /** Whether the sender wants an answer. */
  awaited: boolean;
}

/**
 * Serves one client: one request at a time, in the order they came, and none before the last reply has drained. While
 * a request waits for its turn nothing is read from the socket, so that the client is slowed down instead of stored.
 */
export class ClientConnection implements Connection {
  clientMetadata?: Doc;
  readonly peer: string;
  private readonly gone = new AbortController();
  private isGone = false;
  private readonly reader: FrameReader;
  private state: State = 'reading';
  private drainingSince = 0;
  private ended = false;
  private stopping = false;

  constructor(
    readonly id: number,
    readonly address: string,
    private readonly socket: Socket,
    private readonly host: ConnectionHost,
  ) {
    const { remoteAddress, remotePort } = socket;
    this.peer =
      remoteAddress === undefined ? 'anonymous unix socket' : `${remoteAddress}:${String(remotePort)}`;
    this.reader = new FrameReader(host.budget, () => this.advance());
    if (remoteAddress !== undefined) socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('drain', () => this.drained());
    socket.on('end', () => this.inputEnded());
    // A connection that breaks is closed by Node right after; there is nobody to tell.
    socket.on('error', () => this.lose());
    socket.on('close', () => this.release());
  }

  get closed(): AbortSignal {
    return this.gone.signal;
  }

  get hasGone(): boolean {
    return this.isGone;
  }

  get counts(): ConnectionCounts {
    return this.host.counts;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Closes the connection as soon as the command under way, if any, is answered. */
  closeSoon(): void {
    this.stopping = true;
    if (this.state === 'reading') this.leave();
  }

  /** Closes the connection of a client that has sent half a message, or left a reply unread, for too long. */
  closeIfLate(now: number): void {
    const { frameTimeoutMs, replyTimeoutMs } = this.host.limits;
    const unread = this.state === 'draining' && now - this.drainingSince > replyTimeoutMs;
    if (unread || this.reader.isLate(now, frameTimeoutMs)) this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.reader.push(chunk);
    this.advance();
  }

  private advance(): void {
    if (this.socket.destroyed) return;
    while (this.state === 'reading' && !this.stopping) {
      const frame = this.nextFrame();
      if (!frame) break;
      this.state = 'running';
      this.serve(frame);
    }
    this.controlFlow();
  }

  private nextFrame(): Buffer | undefined {
    try {
      return this.reader.next();
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.close();
      return undefined;
    }
  }

  private controlFlow(): void {
    if (this.socket.destroyed) return;
    const full = (this.state !== 'reading' && this.reader.unread > 0) || this.reader.waitsForRoom;
    if (full !== this.socket.isPaused()) {
      if (full) this.socket.pause();
      else this.socket.resume();
    }
    if (this.state === 'reading' && (this.ended || this.stopping)) this.leave();
  }

  private leave(): void {
    if (this.socket.writable) this.socket.destroySoon();
  }

  /** Runs one message's command and sends the answer, if one is awaited: at once, where nothing is waited for. */
  private serve(frame: Buffer): void {
    const isMsg = frame.readInt32LE(12) === OpCode.Msg;
    const asked: Asked = { id: frame.readInt32LE(4), isMsg, awaited: true };
    try {
      const reply = isMsg ? this.runMsg(frame, asked) : this.run(parseOpQuery(frame));
      if (reply instanceof Promise) void this.answerLater(asked, reply);
      else this.answer(asked, reply);
    } catch (error) {
      this.answerError(asked, error);
    }
  }

  private runMsg(frame: Buffer, asked: Asked): Promise<Reply> | Reply {
    const message = new OpMsg(frame);
    asked.awaited = !message.moreToCome;
    const parsed = message.parse();
    return parsed instanceof Promise ? parsed.then((command) => this.run(command)) : this.run(parsed);
  }

  private run(command: ParsedCommand): Promise<Reply> | Reply {
    return this.host.dispatch({ connection: this, ...command });
  }

  private async answerLater(asked: Asked, reply: Promise<Reply>): Promise<void> {
    try {
      this.answer(asked, await reply);
    } catch (error) {
      this.answerError(asked, error);
    }
    this.advance();
  }

  private answerError(asked: Asked, error: unknown): void {
    if (error instanceof MalformedFrame) this.close();
    else this.answer(asked, this.refusal(error));
  }

  private answer({ id, isMsg, awaited }: Asked, reply: Reply): void {
    const message = encodeReply(reply, isMsg ? MSG_PREFIX : REPLY_PREFIX);
    if (isMsg) headMsgReply(message, id);
    else headOldReply(message, id);
    if (awaited) this.send(message);
    else this.state = 'reading';
  }

  private refusal(error: unknown): Reply {
    if (error instanceof EngineError) return errorReply(error);
    this.host.onFault(error);
    return errorReply(new EngineError('InternalError', 'The engine failed to answer; its log says why'));
  }

  private send(message: Buffer): void {
    if (this.socket.destroyed || this.socket.write(message)) {
      this.state = 'reading';
      return;
    }
    this.state = 'draining';
    this.drainingSince = performance.now();
  }

  private drained(): void {
    if (this.state !== 'draining') return;
    this.state = 'reading';
    this.advance();
  }

  private inputEnded(): void {
    this.ended = true;
    this.lose();
    this.advance();
  }

  private release(): void {
    this.lose();
    this.reader.dispose();
  }

  private lose(): void {
    this.isGone = true;
    this.gone.abort();
  }
}

function errorReply(error: EngineError): Reply {
  return { ok: new Double(0), errmsg: error.message, code: error.code, codeName: error.codeName };
}
