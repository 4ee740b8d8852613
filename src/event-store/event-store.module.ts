import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { EventLog } from './event-log.js';
import { EventStore } from './event-store.js';
import { IdempotencyModel, IdempotencySchema } from './idempotency-record.js';
import { EventDocument, EventSchema } from './stored-event.js';

/** Appends to the log of events. */
@Module({
  imports: [
    MongooseModule.forFeature([
      { name: EventDocument.name, schema: EventSchema },
      { name: IdempotencyModel.name, schema: IdempotencySchema },
    ]),
  ],
  providers: [EventStore, EventLog],
  exports: [EventStore, EventLog],
})
export class EventStoreModule {}
