import { given, givenAll } from './spec.js';
import { added, annotated, ask, deposited, opened, redone, renamed, reversed, transferred, type Sketch } from './sketches.js'; // prettier-ignore

const annotate = (told: object, transaction_id = 'tx_3') =>
  ask('AnnotateTransaction', { transaction_id, ...told });
const gift = [opened(10), added(1, 'Food'), { ...deposited(1, 5), description: 'gift' } as Sketch];
const wrong = (field: string) => ({ errors: [{ field, message: expect.any(String) }] });

describe('an annotation', () => {
  it('changes what is told, and no money', () => {
    const account = given(gift)
      .when(annotate({ description: ' a gift ', notes: 'from Ada', tags: ['family'] }))
      .then([annotated(3, { description: 'a gift', notes: 'from Ada', tags: ['family'] })]);
    expect(account).toMatchObject({ version: 4, last_root_seq: 3, balance_minor: 15 });
  });

  it('carries only what changes, and is none where nothing does', () => {
    given(gift)
      .when(annotate({ description: 'gift', notes: 'from Ada' }))
      .then([annotated(3, { notes: 'from Ada' })]);
    given(gift)
      .when(annotate({ description: 'gift ', notes: '', tags: [] }))
      .then([]);
    given(gift).when(annotate({})).then([]);
    given([...gift, annotated(3, { tags: ['a', 'b'] })])
      .when(annotate({ tags: ['a', 'b'] }))
      .then([]);
    given([...gift, annotated(3, { tags: ['a', 'b'] })])
      .when(annotate({ tags: ['b', 'a'] }))
      .then([annotated(3, { tags: ['b', 'a'] })]);
  });

  it('keeps tags tidy, and the first of those that are one name', () => {
    given(gift)
      .when(annotate({ tags: [' Food', 'trip', 'FOOD', 'Cafe\u0301'] }))
      .then([annotated(3, { tags: ['Food', 'trip', 'Café'] })]);
  });

  it('takes everything away again', () => {
    given([...gift, annotated(3, { notes: 'x', tags: ['a'] })])
      .when(annotate({ description: '', notes: '', tags: [] }))
      .then([annotated(3, { description: '', notes: '', tags: [] })]);
  });

  it('goes up to its limits, not beyond them', () => {
    const tags = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(50, 'x'));
    const most = { description: 'd'.repeat(500), notes: 'n'.repeat(2_000), tags };
    given(gift)
      .when(annotate({ ...most, tags: [...tags, ...tags] }))
      .then([annotated(3, most)]);
    given(gift)
      .when(annotate({ tags: [...tags, 'one more'] }))
      .thenRefused('invalid_request', wrong('tags'));
  });

  it.each([
    ['description', { description: 'd'.repeat(501) }],
    ['notes', { notes: 'n'.repeat(2_001) }],
    ['notes', { notes: 'a\u0000' }],
    ['tags[1]', { tags: ['a', ' '] }],
    ['tags[0]', { tags: ['x'.repeat(51)] }],
    ['tags[0]', { tags: ['a\nb'] }],
  ])('is refused a wrong %s', (field, told) => {
    given(gift).when(annotate(told)).thenRefused('invalid_request', wrong(field));
  });

  it('is for a transaction that is there, fields coming after that', () => {
    given(gift)
      .when(annotate({ notes: '\u0000' }, 'tx_9'))
      .thenRefused('not_found');
    given([...gift, renamed(1, 'F')])
      .when(annotate({ notes: 'x' }, 'tx_4'))
      .thenRefused('not_found');
  });

  it('is for one that stands: the opening, or one that was redone, not one that is undone', () => {
    given(gift)
      .when(annotate({ notes: 'x' }, 'tx_1'))
      .then([annotated(1, { notes: 'x' })]);
    const undone = [...gift, reversed(3, 'deposit', [1, -5])];
    given(undone)
      .when(annotate({ notes: 'x' }))
      .thenRefused('already_reversed');
    given([...undone, redone(4, 3, 'deposit', [1, 5])])
      .when(annotate({ notes: 'x' }))
      .then([annotated(3, { notes: 'x' })]);
  });

  it('is not for a reversal', () => {
    given([...gift, reversed(3, 'deposit', [1, -5])])
      .when(annotate({ notes: 'x' }, 'tx_4'))
      .thenRefused('not_a_money_transaction', { root_id: 'tx_3' });
  });

  it('of one side of a transfer leaves the other as it is', () => {
    const [out, back] = transferred('a', ['acc_1', 0, -5], ['acc_2', 0, 5]);
    givenAll({
      acc_1: [opened(10), out],
      acc_2: [opened(0, { account_id: 'acc_2', name: 'Savings' }), back],
    })
      .when(annotate({ notes: 'x' }, 'out_a'))
      .then([['acc_1', { ...annotated(2, { notes: 'x' }), root_id: 'out_a' } as Sketch]]);
  });
});
