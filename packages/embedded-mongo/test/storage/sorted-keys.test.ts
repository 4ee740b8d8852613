import { prefixOf } from '../../src/storage/keys.js';
import { SortedKeys } from '../../src/storage/sorted-keys.js';
import { randomOf } from '../isolation/random.js';

const prefix = prefixOf(7, 1);
const keyOf = (number: number): string => prefix + String(number).padStart(7, '0');

describe('the keys of a memory layer', () => {
  it('stay in order through thousands of random changes', () => {
    const random = randomOf(1);
    const keys = new SortedKeys();
    const model = new Set<string>();
    for (let turn = 0; turn < 20_000; turn += 1) {
      const key = keyOf(random(6000));
      if (model.delete(key)) keys.delete(key);
      else {
        model.add(key);
        keys.add(key);
      }
    }
    const sorted = [...model].sort();
    expect(sorted.length).toBeGreaterThan(2000);
    expect(keys.between(prefix, prefixOf(7, 2))).toEqual(sorted);
    for (let turn = 0; turn < 200; turn += 1) {
      const [from, to] = [keyOf(random(6000)), keyOf(random(6000))];
      expect(keys.between(from, to)).toEqual(sorted.filter((key) => key >= from && key < to));
    }
    for (const key of model) keys.delete(key);
    expect(keys.between(prefix, prefixOf(7, 2))).toEqual([]);
  });

  it('of another index are apart, and what was never there is no trouble', () => {
    const keys = new SortedKeys();
    keys.add(keyOf(1));
    keys.add(`${prefixOf(7, 2)}x`);
    keys.delete(keyOf(2));
    keys.delete(keyOf(0));
    keys.delete(`${prefixOf(8, 1)}x`);
    expect(keys.between(prefix, prefixOf(7, 2))).toEqual([keyOf(1)]);
  });

  it('are in once, however often they are added', () => {
    const keys = new SortedKeys();
    keys.add(keyOf(1));
    keys.add(keyOf(2));
    expect(keys.between(prefix, prefixOf(7, 2))).toEqual([keyOf(1), keyOf(2)]);
    keys.add(keyOf(1));
    keys.add(keyOf(2));
    expect(keys.between(prefix, prefixOf(7, 2))).toEqual([keyOf(1), keyOf(2)]);
    keys.add(keyOf(1));
    keys.delete(keyOf(1));
    expect(keys.between(prefix, prefixOf(7, 2))).toEqual([keyOf(2)]);
  });

  it('are added and removed by the hundred thousand without moving all others', () => {
    const random = randomOf(2);
    const keys = new SortedKeys();
    const all = new Set(Array.from({ length: 200_000 }, () => keyOf(random(10_000_000))));
    for (const key of all) keys.add(key);
    for (const key of [...all].sort()) keys.delete(key);
    expect(keys.between(prefix, prefixOf(7, 2))).toEqual([]);
  });
});
