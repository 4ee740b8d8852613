import { given } from './spec.js';
import type { Sketch } from './sketches.js';
import {
  added,
  archived,
  ask,
  deposited,
  opened,
  payerAdded,
  payerRemoved,
  renamed,
  restored,
} from './sketches.js';

const names = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, index) => `E${from + index}`);
const many = (count: number): Sketch[] => names(count).map((name, index) => added(index + 1, name));
const food = [opened(10_00), added(1, 'Food')];

describe('adding envelopes', () => {
  it('adds one, empty', () => {
    const account = given([opened(10_00)])
      .when(ask('AddEnvelopes', { names: [' Food '] }))
      .then([added(1, 'Food')]);
    expect(account.envelopes[1]).toEqual({ id: 1, name: 'Food', balance_minor: 0, archived: false });
    expect(account.balance_minor).toBe(10_00);
  });

  it('adds several in their order', () => {
    given(food)
      .when(ask('AddEnvelopes', { names: ['Rent', 'Fun'] }))
      .then([added(2, 'Rent'), added(3, 'Fun')]);
  });

  it.each(['Food', ' fOOD', 'ＦＯＯＤ', 'available', 'Foo\u200bd'])('refuses %j, which is taken', (name) => {
    given(food)
      .when(ask('AddEnvelopes', { names: [name] }))
      .thenRefused('name_taken', { name: name.trim() });
  });

  it('refuses all when two of them have one name', () => {
    given(food)
      .when(ask('AddEnvelopes', { names: ['Rent', 'Fun', 'RENT'] }))
      .thenRefused('name_taken', { name: 'RENT' });
  });

  it('takes the name of an archived one', () => {
    given([...food, archived(1)])
      .when(ask('AddEnvelopes', { names: ['Food'] }))
      .then([added(2, 'Food')]);
  });

  it.each([
    ['names', []],
    ['names[0]', ['']],
    ['names[1]', ['Rent', ' ']],
    ['names[0]', ['x'.repeat(101)]],
    ['names[0]', ['a\tb']],
  ])('refuses a wrong %s', (field, list) => {
    given(food)
      .when(ask('AddEnvelopes', { names: list }))
      .thenRefused('invalid_request', { errors: [{ field, message: expect.any(String) }] });
  });

  it('stops at 500 in use, Available included', () => {
    given([opened(), ...many(498)])
      .when(ask('AddEnvelopes', { names: ['Last'] }))
      .then([added(499, 'Last')]);
    given([opened(), ...many(499)])
      .when(ask('AddEnvelopes', { names: ['Last'] }))
      .thenRefused('limit_reached', { limit: 500 });
    given([opened()])
      .when(ask('AddEnvelopes', { names: names(500) }))
      .thenRefused('limit_reached', { limit: 500 });
    expect(
      given([opened()])
        .when(ask('AddEnvelopes', { names: names(499) }))
        .then(many(499)).envelopes,
    ).toHaveLength(500);
  });

  it('stops at 2,000 in all, the archived ones included', () => {
    const used = Array.from({ length: 1_998 }, (_, index) => [
      added(index + 1, `E${index}`),
      archived(index + 1),
    ]);
    const before = [opened(), ...used.flat()];
    given(before)
      .when(ask('AddEnvelopes', { names: ['Last'] }))
      .then([added(1_999, 'Last')]);
    given(before)
      .when(ask('AddEnvelopes', { names: ['Last', 'Too many'] }))
      .thenRefused('limit_reached', { limit: 2_000 });
  });
});

describe('renaming an envelope', () => {
  it('renames it, Available too', () => {
    given(food)
      .when(ask('RenameEnvelope', { envelope_id: 1, name: ' Groceries ' }))
      .then([renamed(1, 'Groceries')]);
    const account = given(food)
      .when(ask('RenameEnvelope', { envelope_id: 0, name: 'To assign' }))
      .then([renamed(0, 'To assign')]);
    expect(account.envelopes[0]?.name).toBe('To assign');
  });

  it('may change its case alone', () => {
    given(food)
      .when(ask('RenameEnvelope', { envelope_id: 1, name: 'FOOD' }))
      .then([renamed(1, 'FOOD')]);
  });

  it('to its own name records nothing', () => {
    given(food)
      .when(ask('RenameEnvelope', { envelope_id: 1, name: 'Food ' }))
      .then([]);
  });

  it('refuses a name that is taken, blank or too long, and an unknown envelope', () => {
    given(food)
      .when(ask('RenameEnvelope', { envelope_id: 0, name: 'food' }))
      .thenRefused('name_taken', { name: 'food' });
    given(food)
      .when(ask('RenameEnvelope', { envelope_id: 1, name: '' }))
      .thenRefused('invalid_request');
    given(food)
      .when(ask('RenameEnvelope', { envelope_id: 1, name: 'x'.repeat(101) }))
      .thenRefused('invalid_request');
    given(food)
      .when(ask('RenameEnvelope', { envelope_id: 2, name: 'Rent' }))
      .thenRefused('not_found');
  });

  it('lets an archived one take any name, which counts once it is restored', () => {
    const before = [...food, archived(1), added(2, 'Rent')];
    given(before)
      .when(ask('RenameEnvelope', { envelope_id: 1, name: 'Rent' }))
      .then([renamed(1, 'Rent')]);
    given([...before, renamed(1, 'Rent')])
      .when(ask('RestoreEnvelope', { envelope_id: 1 }))
      .thenRefused('name_taken');
  });
});

describe('archiving an envelope', () => {
  it('archives an empty one', () => {
    const account = given(food)
      .when(ask('ArchiveEnvelope', { envelope_id: 1 }))
      .then([archived(1)]);
    expect(account.envelopes[1]).toMatchObject({ name: 'Food', archived: true });
  });

  it('refuses one that holds money', () => {
    given([...food, deposited(1, 1)])
      .when(ask('ArchiveEnvelope', { envelope_id: 1 }))
      .thenRefused('envelope_not_empty', { envelope_id: 1 });
  });

  it('refuses one that payers pay into, until they are gone', () => {
    const split = [
      ...food,
      payerAdded(1, 'Work', 5_00, [[1, 1_00]]),
      payerAdded(2, 'Rent', 5_00, [[0, 1_00]]),
    ];
    given([...split, payerAdded(3, 'Shop', 5_00, [[1, 5_00]])])
      .when(ask('ArchiveEnvelope', { envelope_id: 1 }))
      .thenRefused('envelope_in_split', { envelope_id: 1, payer_ids: [1, 3] });
    given([...split, payerRemoved(1)])
      .when(ask('ArchiveEnvelope', { envelope_id: 1 }))
      .then([archived(1)]);
  });

  it('refuses Available, empty or not', () => {
    given(food)
      .when(ask('ArchiveEnvelope', { envelope_id: 0 }))
      .thenRefused('available_cannot_be_archived');
    given([opened()])
      .when(ask('ArchiveEnvelope', { envelope_id: 0 }))
      .thenRefused('available_cannot_be_archived');
  });

  it('records nothing when it is archived already', () => {
    given([...food, archived(1)])
      .when(ask('ArchiveEnvelope', { envelope_id: 1 }))
      .then([]);
  });

  it.each([2, -1, 0.5, NaN, 2 ** 60])('does not find envelope %p', (envelope_id) => {
    given(food).when(ask('ArchiveEnvelope', { envelope_id })).thenRefused('not_found');
  });
});

describe('restoring an envelope', () => {
  it('brings it back under its name', () => {
    const account = given([...food, archived(1)])
      .when(ask('RestoreEnvelope', { envelope_id: 1 }))
      .then([restored(1, 'Food')]);
    expect(account.envelopes[1]).toEqual({ id: 1, name: 'Food', balance_minor: 0, archived: false });
  });

  it('records nothing when it is in use', () => {
    given(food)
      .when(ask('RestoreEnvelope', { envelope_id: 1 }))
      .then([]);
    given(food)
      .when(ask('RestoreEnvelope', { envelope_id: 0 }))
      .then([]);
  });

  it('refuses one whose name was taken meanwhile, and an unknown one', () => {
    given([...food, archived(1), added(2, 'FOOD')])
      .when(ask('RestoreEnvelope', { envelope_id: 1 }))
      .thenRefused('name_taken', { name: 'Food' });
    given(food)
      .when(ask('RestoreEnvelope', { envelope_id: 9 }))
      .thenRefused('not_found');
  });

  it('stops at 500 in use', () => {
    const full = [
      opened(),
      added(1, 'Old'),
      archived(1),
      ...many(498).map((_, index) => added(index + 2, `E${index}`)),
    ];
    given(full)
      .when(ask('RestoreEnvelope', { envelope_id: 1 }))
      .then([restored(1, 'Old')]);
    given([...full, added(500, 'Last')])
      .when(ask('RestoreEnvelope', { envelope_id: 1 }))
      .thenRefused('limit_reached', { limit: 500 });
  });
});
