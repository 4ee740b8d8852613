import { Int32 } from 'bson';
import { decodeDoc } from '../../src/bson/codec.js';
import { encodeKeyValue } from '../../src/bson/keystring.js';
import type { Doc, Value } from '../../src/bson/types.js';
import { RowScan } from '../../src/query/execute/scan.js';
import { atOnce, LongList, VALUES_A_STEP } from '../../src/query/long-list.js';
import { compileFilter } from '../../src/query/match/match.js';
import { planQuery } from '../../src/query/plan/plan.js';
import { collectionWith, indexOn, viewOf } from './memory-collection.js';

const LENGTH = 50_000;
/** Each value once or twice, in no order. */
const values: Value[] = Array.from({ length: LENGTH }, (_, n) => new Int32((n * 7919) % 40_009));
/** What encoding alone takes. */
const STEPS = Math.floor(LENGTH / VALUES_A_STEP);

it.each([false, true])(
  'a long list comes in order, each value once, step by step (descending: %s)',
  (down) => {
    const steps = (LongList.of(values) as LongList).keys(down);
    let count = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) count += 1;
    const expected = [...new Set(values.map((value) => encodeKeyValue(value, down)))].sort();
    expect(step.value).toEqual(expected);
    // Ordering takes more of them than encoding.
    expect(count).toBeGreaterThan(2 * STEPS);
  },
);

it('a list is no long one where a value may have several places, or one that is cut', () => {
  const others: Value[] = [[], new Map(), 'x'.repeat(200)];
  for (const other of others) expect(LongList.of([...values, other])).toBeUndefined();
  expect(LongList.of(values.slice(0, 100))).toBeUndefined();
  expect(atOnce((LongList.of([...values, null]) as LongList).keys(false))[0]).toBe(encodeKeyValue(null));
});

describe.each(['a', 'b'])('a scan by a long list upon %s, of which a is indexed', (field) => {
  const collection = collectionWith(indexOn(1, [['a', 1]]));
  const docs: Doc[] = [30, 7, 50_000].map(
    (n) =>
      new Map([
        ['_id', new Int32(n)],
        ['a', new Int32(n)],
        ['b', new Int32(n)],
      ]),
  );
  const view = viewOf(collection, docs);
  const filter = new Map([[field, new Map([['$in', values]])]]);
  const plan = planQuery(collection, filter);

  it('comes to its first row after many steps, and does not take them again with another view', () => {
    const scan = new RowScan(collection, plan, compileFilter(filter));
    scan.open(view);
    let count = 0;
    let row = scan.next();
    for (; row === null; row = scan.next()) count += 1;
    expect(count).toBeGreaterThanOrEqual(STEPS);
    expect(decodeDoc(row?.bytes as Uint8Array).get('_id')).toEqual(new Int32(7));
    scan.pause();
    scan.open(view);
    let further = 0;
    for (row = scan.next(); row === null; row = scan.next()) further += 1;
    expect(further).toBeLessThan(100);
    expect(decodeDoc(row?.bytes as Uint8Array).get('_id')).toEqual(new Int32(30));
  });
});
