import { Inject, Module, type DynamicModule, type OnModuleInit, type Type } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { EventStoreModule } from '../event-store/event-store.module.js';
import { EventStore } from '../event-store/event-store.js';
import { RecordedKinds } from '../ledger/commands/recorded-kinds.js';
import { showLedger } from './ledger-meters.js';
import { MetricsController } from './metrics.controller.js';
import { METRICS_OPTIONS, type MetricsOptions } from './options.js';

/** Shows what this process does, for Prometheus: requests, the ledger, the process itself. */
@Module({})
export class MetricsModule implements OnModuleInit {
  /** @param ledger the module that counts what was recorded */
  static register(options: MetricsOptions, ledger: Type): DynamicModule {
    return {
      module: MetricsModule,
      imports: [EventStoreModule, ledger],
      controllers: options.readers === 'off' ? [] : [MetricsController],
      providers: [{ provide: METRICS_OPTIONS, useValue: options }],
    };
  }

  constructor(
    @Inject(METRICS_OPTIONS) private readonly options: MetricsOptions,
    private readonly store: EventStore,
    private readonly kinds: RecordedKinds,
  ) {}

  onModuleInit(): void {
    const { readers, registry } = this.options;
    if (readers === 'off') return;
    collectDefaultMetrics({ register: registry });
    showLedger(registry, this.store, this.kinds);
  }
}
