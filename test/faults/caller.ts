import { Agent, request } from 'node:http';

/** How long an answer may take before a writer gives it up. */
const ANSWER_MS = 90_000;

/** What the service answered. */
export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** Whether it is an answer given before, to a request with the same key. */
  readonly isReplay: boolean;
  readonly retryAfter: string | undefined;
}

/** Somebody with a token and connections that are kept, who bears to be cut off. */
export class Caller {
  private readonly agent: Agent;

  constructor(
    private readonly origin: string,
    private readonly token: string,
    connections = 1,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Posts; undefined when the connection fails or no answer comes. */
  post(path: string, body: object, key?: string): Promise<Answered | undefined> {
    const payload = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    return new Promise((resolve) => {
      const url = new URL(path, this.origin);
      const options = { method: 'POST', headers, agent: this.agent, timeout: ANSWER_MS };
      const sent = request(url, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (more: string) => (text += more));
        response.on('error', () => resolve(undefined));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(text) as Record<string, unknown>,
            isReplay: response.headers['idempotency-hit'] === 'true',
            retryAfter: response.headers['retry-after'],
          }),
        );
      });
      sent.on('timeout', () => sent.destroy());
      sent.on('error', () => resolve(undefined));
      sent.end(payload);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
