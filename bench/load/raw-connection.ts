import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const STATUS_AT = 9;
const LENGTH = /\r\ncontent-length: (\d+)/i;
const NO_BODY_STATUS = 204;

/** One keep-alive connection that sends a ready-made request and tells the answer's status, with next to no work. */
export class RawConnection {
  private waiting: Buffer | undefined;
  private answered: ((status: number, body: Buffer) => void) | undefined;
  private failed: ((error: Error) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (error) => this.failed?.(error));
    socket.on('close', () => this.failed?.(new Error('The service closed the connection')));
  }

  static open(host: string, port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawConnection(socket));
      });
    });
  }

  /** Sends one request, given whole; the one before must have been answered. Rejects when the connection fails. */
  send(request: string): Promise<{ readonly status: number; readonly body: Buffer }> {
    return new Promise((resolve, reject) => {
      this.answered = (status, body) => resolve({ status, body });
      this.failed = reject;
      this.socket.write(request);
    });
  }

  close(): void {
    this.failed = undefined;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    const bytes = this.waiting ? Buffer.concat([this.waiting, chunk]) : chunk;
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) {
      this.waiting = bytes;
      return;
    }
    const head = bytes.toString('latin1', 0, headEnd);
    const status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
    const length = LENGTH.exec(head)?.[1];
    if (length === undefined && status !== NO_BODY_STATUS) {
      this.failed?.(new Error(`An answer without a length: ${head}`));
      return;
    }
    const end = headEnd + HEAD_END.length + Number(length ?? 0);
    this.waiting = bytes.length < end ? bytes : undefined;
    if (bytes.length >= end) this.answered?.(status, bytes.subarray(headEnd + HEAD_END.length, end));
  }
}
