import type { FastifyReply, FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** From a read of the cache to a request that waits for another process, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Measures how long requests take, by route: the pattern, never the path, of which there are as many as ids. */
export class RequestMeter {
  private readonly seconds: Histogram<'method' | 'route' | 'status'>;

  constructor(registry: Registry) {
    this.seconds = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'How long requests took, from the headers to the last byte of the answer',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers: [registry],
    });
  }

  /** Notes that a request was answered. */
  answered(request: FastifyRequest, reply: FastifyReply): void {
    const route = request.routeOptions.url ?? 'none';
    const method = route === 'none' ? 'any' : request.method;
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    this.seconds.observe({ method, route, status }, reply.elapsedTime / 1_000);
  }
}
