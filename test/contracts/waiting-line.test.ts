import fc from 'fast-check';

import { WaitingLine, type Unit, type Waiting } from '../../src/event-store/waiting-line.js';

interface Item extends Waiting {
  readonly name: string;
}

const item = (name: string, accounts: string, weight = 1): Item => ({
  name,
  accounts: new Set(accounts.split('')),
  weight,
});
const lineOf = (...items: Item[]): WaitingLine<Item> => {
  const line = new WaitingLine<Item>({ length: 100, weight: 100, together: 3 });
  for (const each of items) line.add(each);
  return line;
};
const names = (unit: Unit<Item> | undefined) => unit?.items.map(({ name }) => name).join('');
const free = () => false;
const busy = (accounts: string) => (key: string) => accounts.includes(key);
const again = (items: readonly Item[], not_before = 0): Unit<Item> => ({
  items,
  attempts: 1,
  not_before,
  deadline: Infinity,
});

describe('the waiting line', () => {
  it('gives what waits together, in order, up to a weight', () => {
    const line = lineOf(item('1', 'a'), item('2', 'b'), item('3', 'a'), item('4', 'c'));
    expect(names(line.next(free, 0))).toBe('123');
    expect(names(line.next(free, 0))).toBe('4');
    expect(line.next(free, 0)).toBeUndefined();
    expect(names(lineOf(item('1', 'a', 5), item('2', 'b')).next(free, 0))).toBe('1');
  });

  it('lets go of what has waited too long, unless it was tried', () => {
    const line = lineOf(item('1', 'a'), item('2', 'b'), item('3', 'a'));
    line.putBack([again([item('4', 'a')])]);
    expect(line.withdraw(({ name }) => name !== '2').map(({ name }) => name)).toEqual(['1', '3']);
    expect(line.withdraw(({ name }) => name === '1')).toEqual([]);
    expect(line.length).toBe(2);
    expect([names(line.next(free, 0)), names(line.next(free, 0))]).toEqual(['4', '2']);
  });

  it('refuses what is too much, and takes more once there is room', () => {
    const line = new WaitingLine<Item>({ length: 2, weight: 100, together: 1 });
    line.add(item('1', 'a'));
    line.add(item('2', 'a'));
    expect(() => line.add(item('3', 'b'))).toThrow('Too many changes');
    expect(line.length).toBe(2);
    line.next(free, 0);
    line.add(item('3', 'b'));
    expect(line.length).toBe(2);
  });

  it('is full, too, when little waits that is much', () => {
    const line = new WaitingLine<Item>({ length: 100, weight: 10, together: 1 });
    line.add(item('1', 'a', 9));
    line.add(item('2', 'a', 9));
    expect(() => line.add(item('3', 'b'))).toThrow('Too many changes');
    line.next(free, 0);
    line.add(item('3', 'b'));
    expect(line.length).toBe(2);
  });

  it('passes over what is at work, and nothing overtakes what it passed over', () => {
    const line = lineOf(item('1', 'ab'), item('2', 'b'), item('3', 'c'));
    expect(names(line.next(busy('a'), 0))).toBe('3');
    expect(line.next(busy('a'), 0)).toBeUndefined();
    expect(names(line.next(free, 0))).toBe('12');
  });

  it('lets what was tried go alone, before what came later, and leaves it alone for a while', () => {
    const line = lineOf(item('3', 'a'), item('4', 'b'), item('5', 'c'));
    line.putBack([again([item('1', 'a')], 50), again([item('2', 'b')])]);
    expect(line.length).toBe(5);
    expect(line.turnAfter(10)).toBe(50);
    // What waits for an account and not for its turn needs no alarm.
    expect(line.turnAfter(50)).toBeUndefined();
    expect(names(line.next(free, 10))).toBe('2');
    expect(names(line.next(busy('b'), 10))).toBe('5');
    expect(names(line.next(free, 50))).toBe('1');
    expect(names(line.next(free, 50))).toBe('34');
    expect(line.turnAfter(0)).toBeUndefined();
  });

  it('never gives an account out twice, keeps the order in each account, and gives everything', () => {
    const accounts = fc
      .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 })
      .map((keys) => keys.join(''));
    const told = fc.record({
      items: fc.array(accounts, { maxLength: 40 }),
      // What becomes of each unit that is given out: it is done now, later, or must go again in halves.
      fates: fc.infiniteStream(fc.constantFrom('done', 'later', 'again')),
    });
    fc.assert(
      fc.property(told, ({ items, fates }) => {
        const line = new WaitingLine<Item>({ length: 100, weight: 1_000, together: 4 });
        items.forEach((keys, index) => line.add(item(String(index), keys)));
        const done: Item[] = [];
        const atWork: Unit<Item>[] = [];
        const isAtWork = (key: string) =>
          atWork.some((unit) => unit.items.some((each) => each.accounts.has(key)));
        for (let tries = 0; ; tries += 1) {
          const unit = line.next(isAtWork, 0);
          if (!unit) {
            const [oldest] = atWork.splice(0, 1);
            if (!oldest) break;
            done.push(...oldest.items);
            continue;
          }
          expect(unit.items.some((each) => [...each.accounts].some(isAtWork))).toBe(false);
          const fate = tries < 200 ? fates.next().value : 'done';
          const half = Math.ceil(unit.items.length / 2);
          if (fate === 'later') atWork.push(unit);
          else if (fate === 'done') done.push(...unit.items);
          else line.putBack([again(unit.items.slice(0, half)), again(unit.items.slice(half))]);
        }
        expect(line.length).toBe(0);
        expect(done.map(({ name }) => Number(name)).sort((a, b) => a - b)).toEqual(items.map((_, i) => i));
        for (const key of 'abcde') {
          const order = done.filter((each) => each.accounts.has(key)).map(({ name }) => Number(name));
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
    );
  });
});
