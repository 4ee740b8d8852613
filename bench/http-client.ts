import { Agent, request, type IncomingHttpHeaders } from 'node:http';

/** What the service answered. `body` is the parsed JSON, undefined when there was none. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A client with a fixed number of keep-alive connections to one service. */
export class HttpClient {
  private readonly agent: Agent;

  constructor(
    private readonly origin: string,
    connections: number,
    private readonly token?: string,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Sends one request. A plain object goes as JSON, URLSearchParams form-encoded. Rejects when the connection fails. */
  send(method: string, path: string, body?: object): Promise<Answer> {
    const isForm = body instanceof URLSearchParams;
    const payload = body === undefined ? undefined : isForm ? body.toString() : JSON.stringify(body);
    const headers = {
      ...(this.token && { authorization: `Bearer ${this.token}` }),
      ...(payload !== undefined && {
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        'content-length': Buffer.byteLength(payload),
      }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.origin), { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const parsed: unknown = text === '' ? undefined : JSON.parse(text);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
        });
      });
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  /** Like `send`, and throws unless the answer has the status. Returns its body. */
  async expect<Body>(status: number, method: string, path: string, body?: object): Promise<Body> {
    const answer = await this.send(method, path, body);
    if (answer.status !== status) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body as Body;
  }

  close(): void {
    this.agent.destroy();
  }
}
