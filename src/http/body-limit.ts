import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const CONFIG = 'bodyLimit';

/** How much of a body that was refused is read and passed over before its connection is cut, in bytes: 64 MiB. */
const PASSED_OVER = 67_108_864;

/** Lets a route take bodies of up to so many bytes, more than others. */
export const TakesBodiesUpTo = (bytes: number): MethodDecorator => RouteConfig({ [CONFIG]: bytes });

/** Makes the server heed it. */
export function takeLargerBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const limit = (route.config as Readonly<Record<string, unknown>> | undefined)?.[CONFIG];
    if (typeof limit === 'number') route.bodyLimit = limit;
  });
}

/**
 * Reads on what is left of a body that is too large. Most clients send all of it before they look at the answer: were the
 * connection closed at once, they would learn of a broken pipe and nothing else.
 */
export function passOverRest({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.removeHeader('connection');
  let left = PASSED_OVER;
  raw.on('data', ({ length }: Buffer) => {
    left -= length;
    if (left < 0) raw.destroy();
  });
}
