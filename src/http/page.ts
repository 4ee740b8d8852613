import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';

/** One page of a list, as every list answers it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** From 1. */
  readonly page: number;
  readonly page_size: number;
  /** How many items the whole list has. */
  readonly total: number;
  readonly total_is_exact: boolean;
  readonly next_cursor: string | null;
}

/** A page of items out of `total`, for a request that asked for it. */
export function pageOf<Item>(
  request: { readonly page: number; readonly page_size: number },
  items: readonly Item[],
  total: number,
): Page<Item> {
  const { page, page_size } = request;
  return { items, page, page_size, total, total_is_exact: true, next_cursor: null };
}

/** Describes in OpenAPI that an operation answers 200 with a page of items of a class, as these are. */
export function AnswersPageOf<Item>(item: Type<Item>, examples: readonly Item[]): MethodDecorator {
  const whole = { type: 'integer', minimum: 0 } as const;
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      description: 'One page of the list',
      schema: {
        type: 'object',
        required: ['items', 'page', 'page_size', 'total', 'total_is_exact', 'next_cursor'],
        properties: {
          items: { type: 'array', items: { $ref: getSchemaPath(item) }, example: examples },
          page: { ...whole, minimum: 1, example: 1 },
          page_size: { ...whole, minimum: 1, example: 20 },
          total: { ...whole, example: examples.length },
          total_is_exact: { type: 'boolean', example: true },
          next_cursor: { type: 'string', nullable: true, example: null },
        },
      },
    }),
  );
}
