import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problem.js';

const CONSUMES = 'http:consumes';
const JSON_TYPE = 'application/json';

/** The media type of forms. */
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The media type that a route takes, unless it is JSON. */
export const Consumes = (type: string) => SetMetadata(CONSUMES, type);

/** Refuses a body of another media type than the route takes, 415. */
@Injectable()
export class MediaTypeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(execution: ExecutionContext): boolean {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    if (request.body === undefined) return true;
    const taken = this.reflector.get<string | undefined>(CONSUMES, execution.getHandler()) ?? JSON_TYPE;
    const sent = request.headers['content-type'] ?? '';
    if (sent.split(';', 1)[0]?.trim().toLowerCase() === taken) return true;
    throw new Problem('unsupported_media_type', { detail: `The body must be ${taken}` });
  }
}
