import { MongoNetworkError, MongoNotConnectedError, MongoServerError } from 'mongodb';

import { CommitUnknown } from '../../src/event-store/confirm-commit.js';
import {
  AccountKeyTaken,
  DocumentMissed,
  IdempotencyKeyUsed,
  VersionConflict,
} from '../../src/event-store/conflicts.js';
import { regroup, type Regroupable } from '../../src/event-store/regroup.js';
import type { Unit } from '../../src/event-store/waiting-line.js';

interface Item extends Regroupable {
  readonly name: string;
}
const item = (name: string, accounts: string, record_id?: string): Item => ({
  name,
  accounts: new Set(accounts.split('').map((account) => `hh/${account}`)),
  weight: 1,
  record_id,
});
const ITEMS = [item('1', 'a'), item('2', 'ab'), item('3', 'c', 'key'), item('4', 'bd'), item('5', 'e')];
const unit = (items: readonly Item[] = ITEMS, over: Partial<Unit<Item>> = {}): Unit<Item> => ({
  ...{ items, attempts: 0, not_before: 0, deadline: Infinity },
  ...over,
});
const found = (changed: string[] = [], used: string[] = []) => ({
  changed: new Set(changed.map((account) => `hh/${account}`)),
  used: new Set(used),
});
const NOW = 1_000;

function outcome(from: Unit<Item>, error: unknown, seen = found()) {
  const { refused, units } = regroup(from, error, seen, NOW);
  return {
    refused: refused.map(({ item: { name } }) => name).join(''),
    errors: refused.map(({ error: reason }) => reason),
    units: units.map(({ items }) => items.map(({ name }) => name).join('')),
    attempts: units.map(({ attempts }) => attempts),
    pauses: units.map(({ not_before }) => not_before - NOW),
  };
}

describe('after a conflict', () => {
  it('accounts that changed, and all that are tied to them, go apart after a random pause, the others at once', () => {
    const { units, pauses, refused, attempts } = outcome(unit(), new VersionConflict(), found(['d']));
    expect(units).toEqual(['35', '124']);
    const pause = expect.any(Number) as number;
    expect({ refused, pauses, attempts }).toEqual({ refused: '', pauses: [0, pause], attempts: [1, 1] });
    expect(pauses[1]).toBeGreaterThan(0);
    expect(pauses[1]).toBeLessThanOrEqual(40);
  });

  it('when none changed, halves go after a random pause', () => {
    const { units, pauses } = outcome(unit(ITEMS, { attempts: 4 }), new VersionConflict());
    expect(units).toEqual(['123', '45']);
    expect(pauses[0]).toBe(pauses[1]);
    expect(pauses[0]).toBeGreaterThan(0);
    expect(pauses[0]).toBeLessThanOrEqual(80);
  });

  it('a command whose key is used is out, the others go on at once', () => {
    const { units, refused, errors, pauses } = outcome(
      unit(),
      new IdempotencyKeyUsed('key'),
      found([], ['key']),
    );
    expect({ units, refused, pauses }).toEqual({ units: ['1245'], refused: '3', pauses: [0] });
    expect(errors).toEqual([expect.any(IdempotencyKeyUsed)]);
  });

  it('that the database was away for, nobody is halved', () => {
    const { units, pauses } = outcome(unit(), new MongoNetworkError('gone'));
    expect(units).toEqual(['12345']);
    expect(pauses[0]).toBeGreaterThan(0);
  });

  it('goes on until patience ends: service_unavailable for all', () => {
    const first = regroup(unit(), new VersionConflict(), found(), NOW).units[0] as Unit<Item>;
    expect(regroup(first, new VersionConflict(), found(), NOW + 9_999).units.length).toBeGreaterThan(0);
    const { refused } = regroup(first, new VersionConflict(), found(), NOW + 10_001);
    expect(refused.map(({ error }) => error)).toEqual(
      first.items.map((): unknown => expect.objectContaining({ code: 'service_unavailable' })),
    );
  });
});

describe('an error that is no conflict', () => {
  it('is found out by halves: only the one whose fault it is meets it', () => {
    const error = new MongoServerError({ message: 'no', code: 121 });
    expect(outcome(unit(), error)).toMatchObject({ units: ['123', '45'], refused: '', pauses: [0, 0] });
    expect(outcome(unit([ITEMS[0] as Item]), error)).toMatchObject({ errors: [error], units: [] });
  });

  it('that is nobody`s fault meets all', () => {
    const error = new MongoNotConnectedError('gone');
    expect(outcome(unit(), error)).toMatchObject({ refused: '12345', units: [] });
  });

  it('of a taken name meets the account that wants it', () => {
    const error = new AccountKeyTaken('c');
    expect(outcome(unit(), error).units).toEqual(['1245', '3']);
    expect(outcome(unit([ITEMS[2] as Item]), error)).toMatchObject({ errors: [error], units: [] });
    const both = unit([item('1', 'c'), item('2', 'c')]);
    expect(outcome(both, error).units).toEqual(['1', '2']);
  });

  it('of a missing row is no conflict once it stands alone', () => {
    const error = new DocumentMissed('row');
    expect(outcome(unit(), error).units).toEqual(['123', '45']);
    expect(outcome(unit([ITEMS[0] as Item]), error)).toMatchObject({ errors: [error] });
    expect(outcome(unit([ITEMS[0] as Item]), error, found(['a'])).units).toEqual(['1']);
  });

  it('of a commit that nobody knows of is never tried again', () => {
    const { refused, units, errors } = outcome(unit(), new CommitUnknown('lost'), found(['a']));
    expect({ refused, units }).toEqual({ refused: '12345', units: [] });
    expect(errors[0]).toMatchObject({ code: 'service_unavailable', status: 503 });
  });
});
