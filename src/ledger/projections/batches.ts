import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Db } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb, tenantScope } from '../../database/tenant-scope.js';
import { REGISTER, type RegisterRow } from './register-row.js';

/** Knows which batches a household has. */
@Injectable()
export class Batches {
  private readonly db: Db;

  constructor(@InjectConnection() connection: Connection) {
    this.db = driverDb(connection);
  }

  /** Whether transactions were recorded with that batch. */
  async exists(household_id: string, batch_id: string): Promise<boolean> {
    const rows = tenantScope<RegisterRow>(this.db, REGISTER, household_id);
    return (await rows.findOne(null, { batch_id }, { projection: { _id: 1 } })) !== null;
  }
}
