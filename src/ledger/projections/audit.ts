import { isDeepStrictEqual } from 'node:util';

import type { Db, Filter } from 'mongodb';

import { tenantScope, type MaybeSession, type TenantOwned } from '../../database/tenant-scope.js';
import { changedFields } from '../../event-store/account-update.js';
import type { EventLog } from '../../event-store/event-log.js';
import { PendingDocuments } from '../../event-store/pending-documents.js';
import type { DocumentChange } from '../../event-store/recording.js';
import type { EventRecord, StoredEvent } from '../../event-store/stored-event.js';
import type { Account } from '../domain/account.js';
import { isRootEvent, type LedgerEvent } from '../domain/events.js';
import { stateOf, type AccountDocument } from './account-document.js';
import { ChainAudit } from './audit-chains.js';
import { UndoneElsewhere } from './audit-elsewhere.js';
import { Invariants } from './audit-invariants.js';
import type { BatchPlace } from './audit-reversals.js';
import { isRow, isRun } from './audit-runs.js';
import { TransferAudit } from './audit-transfers.js';
import { domainEvent, UnknownVersion } from './domain-event.js';
import { foldEvents, type UsernamesOf } from './ledger-read-models.js';
import { REGISTER } from './register-row.js';
import type { StoredRow } from './stored-row.js';
import { TOTALS } from './totals-changes.js';
import type { MonthTotal } from './totals.js';

/** Something about an account that is not as its log says, or a log that is not as it was recorded: a sentence. */
export type Finding = string;

type Event = StoredEvent<LedgerEvent>;
/** What later events change in rows that are there already, by the rows' ids. */
type Late = Map<string, Partial<StoredRow>>;

const CHUNK = 250;
const NO_NAMES: ReadonlyMap<string, string> = new Map();

/**
 * The check of one account: its chain of hashes, the invariants after each event, and all that is derived from the log,
 * recomputed and compared. In memory are some hundreds of events, the totals of its months, and what reversals and
 * annotations change.
 */
export class AccountAudit {
  private readonly totals = new PendingDocuments();
  private readonly late: Late = new Map();
  private readonly found: Finding[] = [];
  private readonly invariants = new Invariants();
  private state: Account | null = null;
  private chunk: Event[] = [];

  constructor(
    private readonly db: Db,
    private readonly log: EventLog,
    private readonly usernamesOf: UsernamesOf,
    private readonly account: AccountDocument,
    private readonly session: MaybeSession,
    private readonly advanced: (events: number) => void,
  ) {}

  /** All that is found; nothing when all is well. A broken log is all that is told of its account. */
  async run(): Promise<readonly Finding[]> {
    try {
      const seen = (event: EventRecord) => this.take(domainEvent(event));
      const { first_break } = await this.log.verify(this.account, seen, this.session);
      if (first_break) return [`event ${first_break.seq} was ${first_break.reason}`];
      this.foldChunk();
      const broken = this.invariants.end();
      if (broken !== null) return [broken];
      this.compareAccount();
      await this.compareTotals();
      await this.compareRows();
      return this.found;
    } catch (error) {
      if (!(error instanceof LogUnlawful || error instanceof UnknownVersion)) throw error;
      return [...this.found, error.message];
    }
  }

  private take(event: Event): void {
    this.chunk.push(event);
    if (this.chunk.length === CHUNK) this.foldChunk();
  }

  private foldChunk(): void {
    const events = this.chunk;
    this.chunk = [];
    if (events.length === 0) return;
    const { changes, after } = this.folded(events);
    this.keep(changes);
    this.state = after;
    this.advanced(events.length);
  }

  private folded(events: readonly Event[]): { changes: readonly DocumentChange[]; after: Account } {
    const { generation } = this.account;
    try {
      const { after, projection } = foldEvents(this.state, events, generation, NO_NAMES);
      const broken = this.invariants.take(events);
      if (broken !== null) throw new Error(broken);
      return { changes: projection.changes, after };
    } catch (error) {
      const where = `events ${String(events[0]?.seq)} to ${String(events.at(-1)?.seq)}`;
      throw new LogUnlawful(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private keep(changes: readonly DocumentChange[]): void {
    const { household_id, _id: account_id } = this.account;
    for (const change of changes) {
      if (change.collection === TOTALS) this.totals.take([{ owner: { household_id, account_id }, change }]);
      else if ('set' in change) this.late.set(change._id, { ...this.late.get(change._id), ...change.set });
    }
  }

  private compareAccount(): void {
    const { account, state } = this;
    if (!state) return;
    const { run = null, run_version: _of, ...made } = stateOf(state);
    if (!isRun(account, run)) this.found.push("the account's run differs from what its events say");
    for (const field of Object.keys(changedFields(account, { ...account, ...made }))) {
      if (!isDeepStrictEqual(valueAt(account, field), valueAt(made, field))) {
        this.found.push(`the account's ${field} differs from what its events say`);
      }
    }
  }

  private async compareTotals(): Promise<void> {
    const { household_id, _id: account_id, generation } = this.account;
    const missing = new Map(this.totals.of(TOTALS, { household_id, account_id }));
    const filter: Filter<MonthTotal> = { account_id, generation };
    for await (const total of this.of<MonthTotal>(TOTALS).find(this.session, filter)) {
      const edit = missing.get(total._id);
      missing.delete(total._id);
      if (!edit || !('inc' in edit) || !isDeepStrictEqual(flat(total), nonZero(edit.inc))) {
        this.found.push(`the totals ${total._id} differ from what the events say`);
      }
    }
    for (const id of missing.keys()) this.found.push(`the totals ${id} are missing`);
  }

  /** A second pass over the log: each row as it must be by now, beside the row that is stored. */
  private async compareRows(): Promise<void> {
    const { generation, version, register_rows } = this.account;
    let state: Account | null = null;
    let rows = 0;
    let events: Event[] = [];
    const { batches, elsewhere } = this.invariants.commands;
    const undone = new UndoneElsewhere(this.log, this.account, this.session, elsewhere);
    const transfers = new TransferAudit(this.db, this.account, this.session, (reversal, there) =>
      undone.matched(reversal, there),
    );
    const chains = new ChainAudit(this.db, this.account, this.session);
    const compare = async () => {
      const names = await this.usernamesOf([...new Set(events.map(({ actor_id }) => actor_id))]);
      const { after, projection } = foldEvents(state, events, generation, names);
      await this.compareChunk(events, projection.changes);
      this.found.push(...(await chains.take(events)), ...(await transfers.take(events)));
      this.found.push(...events.flatMap((event) => scattered(event, batches)));
      rows += projection.added_rows;
      state = after;
      events = [];
    };
    for await (const event of this.log.stream(this.session, this.account, 1, version)) {
      events.push(domainEvent(event));
      if (events.length === CHUNK) await compare();
    }
    if (events.length > 0) await compare();
    this.found.push(...(await undone.unexplained()));
    if (rows !== register_rows) {
      this.found.push(`the account counts ${register_rows} rows in its register, its log has ${rows}`);
    }
  }

  private async compareChunk(events: readonly Event[], changes: readonly DocumentChange[]): Promise<void> {
    const { _id: account_id, generation } = this.account;
    const seq = { $gte: events[0]?.seq ?? 0, $lte: events.at(-1)?.seq ?? 0 };
    const stored = await this.of<StoredRow>(REGISTER)
      .find(this.session, { account_id, generation, seq }, { sort: { seq: 1 } })
      .toArray();
    const extra = new Map(stored.map((row) => [row._id, row]));
    for (const change of changes) {
      if (!('insert' in change)) continue;
      const row = extra.get(change._id);
      extra.delete(change._id);
      if (!row) this.found.push(`the register's row ${change._id} is missing`);
      else if (!isRow(row, { ...(change.insert as StoredRow), ...this.late.get(change._id) })) {
        this.found.push(`the register's row ${change._id} differs from what the events say`);
      }
    }
    for (const id of extra.keys()) this.found.push(`the register's row ${id} has no event`);
  }

  private of<T extends TenantOwned & object>(collection: string) {
    return tenantScope<T>(this.db, collection, this.account.household_id);
  }
}

/** One command records a batch, so that its transactions follow each other. */
function scattered(event: Event, batches: ReadonlyMap<string, BatchPlace>): string[] {
  const place = isRootEvent(event) && event.batch_id !== undefined && batches.get(event.batch_id);
  if (!place || (event.seq >= place[0] && event.seq <= place[1])) return [];
  return [`event ${event.seq} is of a batch that was recorded elsewhere`];
}

/** A log whose chain is sound, but whose events cannot follow each other. */
class LogUnlawful extends Error {}

/** What a field of a change means in a document: `envelopes.3.balance_minor`. */
function valueAt(document: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null
          ? (value as Readonly<Record<string, unknown>>)[name]
          : undefined,
      document,
    );
}

/** A stored total in the form of the increments that made it. */
function flat({ sum_minor = 0, days = {}, rows }: MonthTotal): Record<string, number> {
  const paths = (name: string, by: Readonly<Record<string, number>>) =>
    Object.entries(by).map(([day, value]): [string, number] => [`${name}.${day}`, value]);
  return nonZero(
    Object.fromEntries([['sum_minor', sum_minor], ...paths('days', days), ...paths('rows', rows)]),
  );
}

function nonZero(sums: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
}
