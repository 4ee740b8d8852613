import { Controller, Get } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { Connection } from 'mongoose';
import { driverDb } from '../database/tenant-scope.js';
import { Problems } from '../http/problems.js';
import { Public } from '../identity/request-context.js';

/** How long the database may take to answer before the service counts as not ready, in milliseconds. */
const PING_MS = 1_000;

/** That all is well. */
class HealthDto {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  status!: 'ok';
}

/** For whoever watches over the process. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @InjectConnection() private readonly connection: Connection,
  ) {}

  /** Answers as long as the process does. */
  @Get('live')
  @Public()
  @ApiOperation({ summary: 'Whether the process is alive' })
  @ApiOkResponse({ type: HealthDto })
  live(): HealthDto {
    return { status: 'ok' };
  }

  /** Answers 200 only while the database does. */
  @Get('ready')
  @Public()
  @ApiOperation({ summary: 'Whether the service can do its work: the database answers' })
  @ApiOkResponse({ type: HealthDto })
  @Problems('service_unavailable')
  async ready(): Promise<HealthDto> {
    await this.health.check([
      () =>
        this.indicators
          .check('database')
          .attempt(async ({ signal }) => {
            await driverDb(this.connection).command({ ping: 1 }, { signal });
          })
          .withTimeout(PING_MS),
    ]);
    return { status: 'ok' };
  }
}
