import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Examples by what they show, as OpenAPI has them. */
export function namedExamples(
  values: Readonly<Record<string, object>>,
): Record<string, { summary: string; value: object }> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name.replaceAll(' ', '_'), { summary: name, value }]),
  );
}

/** Gives the body and the success answers of an operation the example that their fields' examples make, where they have none. */
export function addExamples({ requestBody, responses }: Operation, schemas: Schemas): void {
  const successes = Object.entries(responses).flatMap(([status, response]) =>
    status < '300' ? [response] : [],
  );
  for (const described of [requestBody, ...successes]) {
    if (!described || !('content' in described)) continue;
    for (const media of Object.values(described.content ?? {})) {
      if (media.schema && media.example === undefined && media.examples === undefined) {
        media.example = exampleOf(media.schema, schemas);
      }
    }
  }
}

/** The example of a schema: its own, else what those of its properties or items make; undefined without any. */
function exampleOf(schema: Schema, schemas: Schemas): unknown {
  if ('$ref' in schema) {
    const referred = schemas[schema.$ref.split('/').at(-1) ?? ''];
    return referred && exampleOf(referred, schemas);
  }
  if (schema.example !== undefined) return schema.example;
  if (schema.allOf?.[0]) return exampleOf(schema.allOf[0], schemas);
  if (schema.items) {
    const item = exampleOf(schema.items, schemas);
    return item === undefined ? undefined : [item];
  }
  if (!schema.properties) return undefined;
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => [name, exampleOf(property, schemas)]),
  );
}
