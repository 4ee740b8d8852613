import { Injectable, type PipeTransform } from '@nestjs/common';
import { Problem } from '../kernel/problem.js';
import { isIdOf, type IdKind } from '../kernel/ids.js';

/** A pipe for an id in the path, as `@Param('id', pathId('acc'))`: a malformed id is a missing one, 404. */
export function pathId(kind: IdKind): PipeTransform<string, string> {
  return {
    transform(value) {
      if (!isIdOf(kind, value)) throw new Problem('not_found');
      return value;
    },
  };
}

/** A pipe for an envelope's or a payer's id in the path: a whole number from 0; anything else is 404. */
@Injectable()
export class PathNumber implements PipeTransform<string, number> {
  transform(value: string): number {
    if (!/^(0|[1-9]\d{0,14})$/.test(value)) throw new Problem('not_found');
    return Number(value);
  }
}
