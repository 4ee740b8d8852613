import { MINOR_LIMIT } from '../../src/kernel/money.js';
import { evolve } from '../../src/ledger/domain/evolve.js';
import { isMoneyEvent, isRootEvent } from '../../src/ledger/domain/events.js';
import { fold, frozen } from './fold.js';
import { complete } from './spec.js';
import { added, archived, deposited, opened, overdraft, renamed, restored, reversed } from './sketches.js';

describe('the fold of a log that cannot be', () => {
  it.each([
    ['without an opening', [deposited(0, 1)], 'before the opening'],
    ['opened twice', [opened(), opened()], 'opened twice'],
    ['posting to an unknown envelope', [opened(), deposited(1, 1)], 'no envelope 1'],
    ['renaming an unknown envelope', [opened(), renamed(1, 'Food')], 'no envelope 1'],
    ['beyond the range', [opened(MINOR_LIMIT - 1), deposited(0, 1)], 'range'],
    ['posting fractions', [opened(), deposited(0, 0.5)], 'range'],
  ])('%s fails', (_, sketches, message) => {
    expect(() => fold(complete(sketches))).toThrow(message);
  });
});

describe('the fold', () => {
  it('counts one version an event and changes no state it was given', () => {
    const events = complete([
      opened(5, overdraft()),
      added(1, 'Food'),
      archived(1),
      restored(1, 'Food'),
      deposited(1, 5),
      reversed(5, 'deposit', [1, -5]),
    ]);
    events.reduce<ReturnType<typeof fold>>((state, event, index) => {
      const next = frozen(evolve(state, event));
      expect(next.version).toBe(index + 1);
      return next;
    }, null);
  });

  it('survives JSON, as the account is stored', () => {
    const state = fold(complete([opened(5), added(1, 'Food'), deposited(1, 5)]));
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});

describe('an event', () => {
  it('is a row of the register when it opens, moves or reverses money', () => {
    const events = complete([opened(5), added(1, 'Food'), deposited(1, 5), reversed(3, 'deposit', [1, -5])]);
    expect(events.map(isMoneyEvent)).toEqual([true, false, true, true]);
    expect(events.map(isRootEvent)).toEqual([true, false, true, false]);
  });
});
