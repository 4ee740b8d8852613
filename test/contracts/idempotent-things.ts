import { Body, Controller, Get, HttpCode, Module, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { AroundRoutes } from '../../src/http/around-routes.js';
import {
  givenAnswer,
  IdempotentWrites,
  TakesNoKey,
  type GivenAnswer,
  type KeptAnswer,
} from '../../src/http/idempotency.js';
import { ProblemFilter } from '../../src/http/problem-filter.js';
import { requestTerms } from '../../src/http/request-terms.js';
import { createServer } from '../../src/http/server.js';
import { Problem } from '../../src/kernel/problem.js';

/** What the service below keeps and has done; a test begins with it as it is here. */
export const things = {
  /** What a store keeps, in memory: written with the change, and refused when it is there already. */
  kept: new Map<string, KeptAnswer>(),
  changes: 0,
  lookUps: 0,
  /** What a write waits for. */
  hold: Promise.resolve(),

  clear(): void {
    this.kept.clear();
    this.changes = 0;
    this.lookUps = 0;
    this.hold = Promise.resolve();
  },
};

/** Stands for the error of a store that meets a record under the same key. */
class KeyUsed extends Error {}

const ownerOf = ({ headers }: FastifyRequest) =>
  `${String(headers['x-household'])} ${String(headers['x-user'])}`;

async function write(request: FastifyRequest, answer: () => GivenAnswer): Promise<void> {
  const { idempotency } = requestTerms(request);
  await things.hold;
  if (!idempotency) {
    answer();
    return;
  }
  const id = `${ownerOf(request)} ${idempotency.key}`;
  if (things.kept.has(id)) throw new KeyUsed();
  things.kept.set(id, { fingerprint: idempotency.fingerprint, answer: answer() });
}

@Controller('things')
class Things {
  @Post()
  async make(@Req() request: FastifyRequest, @Body() body: { name?: unknown }): Promise<object> {
    const terms = requestTerms(request);
    if (body.name === 'invalid') throw new Problem('invalid_request');
    const made = { version: things.changes + 1, name: body.name };
    await write(request, () => {
      things.changes += terms.dry_run ? 0 : 1;
      return givenAnswer(201, made, { location: `/things/${made.version}` });
    });
    return made;
  }

  @Patch()
  change(@Req() request: FastifyRequest, @Body() body: { name?: unknown }): Promise<object> {
    return this.make(request, body);
  }

  @Post(':id/end')
  @HttpCode(204)
  async end(@Req() request: FastifyRequest): Promise<void> {
    await write(request, () => {
      things.changes += 1;
      return givenAnswer(204, undefined);
    });
  }

  @Post('secret')
  @TakesNoKey()
  secret(): object {
    things.changes += 1;
    return {};
  }

  @Get(':id')
  read(@Param('id') id: string, @Query() _query: object): object {
    return { id, version: 3 };
  }
}

@Module({
  controllers: [Things],
  providers: [
    {
      provide: APP_INTERCEPTOR,
      inject: [Reflector],
      useFactory: (reflector: Reflector) =>
        new AroundRoutes([
          new IdempotentWrites(
            {
              find: (household_id, user_id, key) => {
                things.lookUps += 1;
                if (household_id === 'broken') return Promise.reject(new Problem('service_unavailable'));
                return Promise.resolve(things.kept.get(`${household_id} ${user_id} ${key}`) ?? null);
              },
            },
            (request) => {
              const { 'x-user': user_id, 'x-household': household_id } = (request as FastifyRequest).headers;
              if (typeof user_id !== 'string' || typeof household_id !== 'string') return null;
              return { household_id, user_id };
            },
            reflector,
          ),
        ]),
    },
  ],
})
class ThingsModule {}

/** Starts a service of things, whose writes take idempotency keys; it listens on a port of its own. */
export async function startThings(): Promise<{ origin: string; close(): Promise<void> }> {
  const problems = new ProblemFilter((error) =>
    error instanceof KeyUsed ? new Problem('internal_error', { cause: error }) : undefined,
  );
  const server = createServer({ logger: pino({ level: 'silent' }), problems, trustProxy: false });
  const app = await NestFactory.create<NestFastifyApplication>(ThingsModule, server, {
    bodyParser: false,
    logger: false,
  });
  app.useGlobalFilters(problems);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { origin: `http://127.0.0.1:${String(port)}`, close: () => app.close() };
}
