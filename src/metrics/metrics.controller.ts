import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problems } from '../http/problems.js';
import { Public } from '../identity/request-context.js';
import { Problem } from '../kernel/problem.js';
import { METRICS_OPTIONS, type MetricsOptions } from './options.js';
import { isFromThisMachine } from './this-machine.js';

const EXAMPLE = [
  '# HELP ledger_postings_total Transactions that were recorded, by kind',
  '# TYPE ledger_postings_total counter',
  'ledger_postings_total{kind="deposit"} 3',
].join('\n');

/** What Prometheus reads. To those who may not read it, it doesn't exist. */
@ApiTags('Health')
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS_OPTIONS) private readonly options: MetricsOptions) {}

  /** The metrics in Prometheus' text format. */
  @Get()
  @Public()
  @ApiOperation({
    summary: 'Read the metrics of this process',
    description:
      "In Prometheus' text format. By default only programs on the same machine may read them; the setting `METRICS` changes that.",
  })
  @ApiOkResponse({
    description: 'The metrics',
    content: { 'text/plain': { schema: { type: 'string', example: EXAMPLE } } },
  })
  @Problems('route_not_found')
  async read(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { readers, registry } = this.options;
    if (readers === 'loopback' && !isFromThisMachine(request)) throw new Problem('route_not_found');
    reply.header('content-type', registry.contentType);
    return registry.metrics();
  }
}
