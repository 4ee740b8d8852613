import type { Reply } from '../../src/bson/codec.js';
import type { Request } from '../../src/wire/request.js';
import { WireServer, type WireServerOptions } from '../../src/wire/server.js';
import { RawClient } from './raw-client.js';

/** A server on a free port with a dispatch of the test's own, and clients that are cleaned up after each test. */
export class Served {
  private constructor(
    readonly server: WireServer,
    readonly address: string,
    readonly requests: Request[],
    readonly faults: unknown[],
  ) {}

  private readonly clients: RawClient[] = [];

  /** `answer` replies to each request; by default with the request's name. */
  static async start(
    answer: (request: Request) => Promise<Reply> | Reply = ({ name }) => ({ name, ok: 1 }),
    limits: WireServerOptions['limits'] = {},
  ): Promise<Served> {
    const requests: Request[] = [];
    const faults: unknown[] = [];
    const dispatch = async (request: Request): Promise<Reply> => {
      requests.push(request);
      return answer(request);
    };
    const server = new WireServer(dispatch, { limits, onFault: (error) => faults.push(error) });
    return new Served(server, await server.listen({ port: 0 }), requests, faults);
  }

  async client(): Promise<RawClient> {
    const client = await RawClient.connect(this.address);
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.server.close();
  }
}
