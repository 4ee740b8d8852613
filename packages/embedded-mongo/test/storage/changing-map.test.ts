import { ChangingMap, ChangingSet } from '../../src/storage/changing-map.js';
import { randomOf } from '../isolation/random.js';

describe('what changes all the time', () => {
  it('is a map like any other, through thousands of random changes', () => {
    const random = randomOf(1);
    const map = new ChangingMap<number, number>();
    const model = new Map<number, number>();
    for (let turn = 0; turn < 20_000; turn += 1) {
      const key = random(500);
      if (random(3) === 0) expect(map.delete(key)).toBe(model.delete(key));
      else {
        map.set(key, turn);
        model.set(key, turn);
      }
      expect(map.get(key)).toBe(model.get(key));
    }
    expect(map.size).toBe(model.size);
    expect([...map]).toEqual([...model]);
    expect([...map.values()]).toEqual([...model.values()]);
  });

  it('may lose entries while it is gone through', () => {
    const map = new ChangingMap<number, string>();
    for (let key = 0; key < 1_000; key += 1) map.set(key, 'x');
    const met: number[] = [];
    for (const [key] of map) {
      met.push(key);
      map.delete(key);
      map.delete(key + 1);
    }
    expect(met).toEqual(Array.from({ length: 500 }, (_, at) => 2 * at));
    expect(map.size).toBe(0);
  });

  it('is a set like any other', () => {
    const set = new ChangingSet<object>();
    const members = Array.from({ length: 300 }, (_, id) => ({ id }));
    for (const member of members) set.add(member);
    for (const member of members) set.add(member);
    expect(set.size).toBe(300);
    for (const member of members.slice(1)) expect(set.delete(member)).toBe(true);
    expect(set.delete({ id: 0 })).toBe(false);
    expect([...set]).toEqual([{ id: 0 }]);
  });
});
