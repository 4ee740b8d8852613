import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { Problem, type FieldError } from '../kernel/problem.js';
import { fieldPath, UnreadableBody } from './body.js';

/**
 * Checks bodies against their DTO class: unknown fields are refused, nothing is converted but text that is trimmed.
 * Query and path parameters have pipes of their own.
 */
export class BodyValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) =>
        new Problem('invalid_request', { errors: errors.flatMap((error) => fieldErrors(error, '')) }),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // A body without a class is read by its route, which answers in another protocol's words.
    if (metadata.type !== 'body' || metadata.metatype === Object) return value;
    if (value instanceof UnreadableBody) throw new Problem('invalid_request', value);
    // A request without a body is one with an empty body, so that optional fields may all be left out.
    const body = value === undefined ? {} : value;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new Problem('invalid_request', { detail: 'The body must be a JSON object' });
    }
    return super.transform(body, metadata) as Promise<unknown>;
  }
}

/** The errors of a field, or else of what it holds, each with its path as the client wrote it: `split[0].amount`. */
function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const field = fieldPath(parent, error.property, parent !== '' && /^\d+$/.test(error.property));
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
    field,
    message: constraint === 'whitelistValidation' ? 'is not a field of this request' : message,
  }));
  // What a value of the wrong shape holds says nothing more.
  return own.length > 0 ? own : (error.children ?? []).flatMap((child) => fieldErrors(child, field));
}
