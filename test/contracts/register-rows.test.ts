import { sealEvents, type StoredEvent } from '../../src/event-store/stored-event.js';
import type { Account } from '../../src/ledger/domain/account.js';
import type { LedgerEvent, TransactionReversed } from '../../src/ledger/domain/events.js';
import { evolve } from '../../src/ledger/domain/evolve.js';
import { rowWrites } from '../../src/ledger/projections/register-rows.js';
import { added, deposited, opened } from '../domain/sketches.js';
import { complete } from '../domain/spec.js';

const RECORDER = {
  household_id: 'hh_1',
  account_id: 'acc_1',
  actor_id: 'usr_1',
  recorded_at: new Date('2026-01-31T09:30:00Z'),
};
const ACTOR = { id: 'usr_1', username: 'rosa' };
const BEFORE = complete([
  opened(500),
  added(1, 'Food'),
  added(2, 'Rent'),
  deposited(1, 500),
]).reduce<Account | null>(evolve, null);
const HEAD = { version: 6, head_hash: 'f'.repeat(64) };

const common = { schema_version: 1, effective_on: '2026-01-30', balance_minor: 900 } as const;
const debit: LedgerEvent = {
  type: 'MoneyDebited',
  ...common,
  postings: [
    { envelope_id: 1, amount_minor: -60 },
    { envelope_id: 0, amount_minor: -40 },
  ],
  description: 'Bread',
};
const move: LedgerEvent = {
  type: 'MoneyMoved',
  ...common,
  postings: [
    { envelope_id: 0, amount_minor: -25 },
    { envelope_id: 2, amount_minor: 25 },
  ],
  description: '',
};

const stored = (...events: LedgerEvent[]): StoredEvent<LedgerEvent>[] => sealEvents(HEAD, RECORDER, events);
const undoOf = (root: StoredEvent<LedgerEvent>): TransactionReversed => ({
  type: 'TransactionReversed',
  ...common,
  postings: root.postings.map(({ envelope_id, amount_minor }) => ({
    envelope_id,
    amount_minor: -amount_minor,
  })),
  description: '',
  role: 'undo',
  kind: root.type === 'MoneyMoved' ? 'move' : 'debit',
  root_seq: root.seq,
  root_id: root._id,
  reverses_seq: root.seq,
  reverses_id: root._id,
});

describe('rows of the register', () => {
  it('a transaction is one row, the root and the tip of its own chain', () => {
    const events = stored(debit);
    const [{ _id: id }] = events as [StoredEvent<LedgerEvent>];
    expect(rowWrites(BEFORE, events, 3, ACTOR)).toEqual([
      {
        insert: {
          _id: `3/${id}`,
          household_id: 'hh_1',
          account_id: 'acc_1',
          generation: 3,
          id,
          seq: 7,
          kind: 'debit',
          role: 'root',
          root_id: id,
          tip_seq: 7,
          tip_id: id,
          reverses_id: null,
          run_seq: null,
          amount_minor: -100,
          moved_minor: null,
          size_minor: 100,
          postings: [
            { envelope_id: 1, amount_minor: -60, balance_minor: 440 },
            { envelope_id: 0, amount_minor: -40, balance_minor: 460 },
          ],
          description: 'Bread',
          notes: '',
          tags: [],
          effective_on: '2026-01-30',
          recorded_at: RECORDER.recorded_at,
          actor: ACTOR,
          balance_minor: 900,
          standing: true,
          reversed_by_id: null,
          batch_id: null,
          payer: null,
          transfer: null,
        },
      },
    ]);
  });

  it('a move, and its undo, have the size of what moved', () => {
    const [root] = stored(move) as [StoredEvent<LedgerEvent>];
    const rows = [root, ...stored(undoOf(root))].flatMap((event) => rowWrites(null, [event], 1, ACTOR));
    const inserted = rows.flatMap((row) => ('insert' in row ? [row.insert] : []));
    expect(
      inserted.map(({ amount_minor, moved_minor, size_minor }) => [amount_minor, moved_minor, size_minor]),
    ).toEqual([
      [0, 25, 25],
      [0, 25, 25],
    ]);
  });

  it('an undo is a row, and its root does not stand any more', () => {
    const [root] = stored(debit) as [StoredEvent<LedgerEvent>];
    const [undo] = sealEvents({ ...HEAD, version: 20 }, RECORDER, [undoOf(root)]) as [
      StoredEvent<LedgerEvent>,
    ];
    const [inserted, updated, ...more] = rowWrites(null, [undo], 2, ACTOR);
    expect(inserted).toMatchObject({
      insert: {
        seq: 21,
        kind: 'debit',
        role: 'undo',
        root_id: root._id,
        reverses_id: root._id,
        amount_minor: 100,
        tip_id: null,
      },
    });
    expect(updated).toEqual({
      update: `2/${root._id}`,
      set: { standing: false, tip_seq: 21, tip_id: undo._id, reversed_by_id: undo._id },
    });
    expect(more).toEqual([]);
  });

  it('the payer is kept by name, and an event that moves no money has no row', () => {
    const pay: LedgerEvent = { ...debit, type: 'PayReceived', payer_id: 4, payer: 'Acme' };
    const rename: LedgerEvent = {
      type: 'EnvelopeRenamed',
      ...common,
      postings: [],
      envelope_id: 1,
      name: 'B',
    };
    expect(rowWrites(null, stored(rename, pay), 1, ACTOR)).toMatchObject([
      { insert: { seq: 8, kind: 'payday', payer: 'Acme' } },
    ]);
  });

  it('the undo of a payday is found by the payer, too', () => {
    const pay: LedgerEvent = { ...debit, type: 'PayReceived', payer_id: 4, payer: 'Acme' };
    const [root] = stored(pay) as [StoredEvent<LedgerEvent>];
    const back: LedgerEvent = { ...undoOf(root), kind: 'payday', payer: 'Acme' };
    expect(rowWrites(null, stored(back), 1, ACTOR)[0]).toMatchObject({
      insert: { kind: 'payday', role: 'undo', payer: 'Acme' },
    });
  });

  it('the balances of envelopes go on from event to event', () => {
    const rows = rowWrites(BEFORE, stored(move, debit), 1, ACTOR);
    const postings = rows.flatMap((row) => ('insert' in row ? row.insert.postings : []));
    expect(postings.map(({ envelope_id, balance_minor }) => [envelope_id, balance_minor])).toEqual([
      [0, 475],
      [2, 25],
      [1, 440],
      [0, 435],
    ]);
  });

  it('a redo makes its root stand again, and ends the undo', () => {
    const [root] = stored(debit) as [StoredEvent<LedgerEvent>];
    const [undo] = sealEvents({ ...HEAD, version: 20 }, RECORDER, [undoOf(root)]) as [
      StoredEvent<LedgerEvent>,
    ];
    const redone: LedgerEvent = {
      ...undoOf(root),
      postings: root.postings,
      role: 'redo',
      ...{ reverses_seq: undo.seq, reverses_id: undo._id },
    };
    const [redo] = sealEvents({ ...HEAD, version: 30 }, RECORDER, [redone]) as [StoredEvent<LedgerEvent>];
    const [inserted, ...updated] = rowWrites(null, [redo], 2, ACTOR);
    expect(inserted).toMatchObject({
      insert: { seq: 31, role: 'redo', standing: true, root_id: root._id, reverses_id: undo._id },
    });
    expect(updated).toEqual([
      { update: `2/${root._id}`, set: { standing: true, tip_seq: 31, tip_id: redo._id } },
      { update: `2/${undo._id}`, set: { standing: false, reversed_by_id: redo._id } },
    ]);
  });

  it('an annotation changes what it tells of, and nothing else', () => {
    const told: LedgerEvent = {
      ...{ type: 'TransactionAnnotated', ...common, postings: [] },
      ...{ root_seq: 3, root_id: 'tx_a', notes: 'see receipt', tags: ['food'] },
    };
    expect(rowWrites(null, stored(told), 4, ACTOR)).toEqual([
      { update: '4/tx_a', set: { notes: 'see receipt', tags: ['food'] } },
    ]);
  });

  it('a transfer, its reversal and what came in a batch say so', () => {
    const counterpart = { account_id: 'acc_2', transaction_id: 'in_a' };
    const side = { transfer_id: 'out_a', counterpart, batch_id: 'bat_1' };
    const sent: LedgerEvent = { ...debit, ...side, type: 'TransferSent', _id: 'out_a' };
    const [root] = stored(debit) as [StoredEvent<LedgerEvent>];
    const undo: LedgerEvent = { ...undoOf(root), ...side, kind: 'transfer_out' };
    expect(rowWrites(null, stored(sent, undo), 1, ACTOR)).toMatchObject([
      { insert: { kind: 'transfer_out', role: 'root', transfer: counterpart, batch_id: 'bat_1' } },
      { insert: { kind: 'transfer_out', role: 'undo', transfer: counterpart, batch_id: 'bat_1' } },
      { update: expect.any(String) },
    ]);
  });
});
