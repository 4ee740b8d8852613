import { Module, type DynamicModule } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { connectionOptions } from './connection-options.js';
import { failDeadWrites } from './dead-writes.js';
import { Indexes } from './indexes.js';

/** The connection to the database, external or embedded alike. */
@Module({})
export class DatabaseModule {
  static register(uri: string): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        MongooseModule.forRootAsync({
          useFactory: () => ({ ...connectionOptions(uri), onConnectionCreate: prepare }),
        }),
      ],
      providers: [Indexes],
    };
  }
}

/** Called before the first connection is made. */
function prepare(connection: Connection): void {
  failDeadWrites(connection.getClient());
}
