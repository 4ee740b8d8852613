import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

const CONFIG = 'bodyLimit';

/** Lets a route take bodies of up to so many bytes, more than others. */
export const TakesBodiesUpTo = (bytes: number): MethodDecorator => RouteConfig({ [CONFIG]: bytes });

/** Makes the server heed it. */
export function takeLargerBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const limit = (route.config as Readonly<Record<string, unknown>> | undefined)?.[CONFIG];
    if (typeof limit === 'number') route.bodyLimit = limit;
  });
}
