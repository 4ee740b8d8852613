import fc from 'fast-check';
import { LeastFirst } from '../../src/query/execute/least-first.js';

describe('what is taken least first', () => {
  it('comes in order, whatever the order and the times in which it was added', () => {
    const steps = fc.array(fc.option(fc.integer({ min: 0, max: 50 })));
    fc.assert(
      fc.property(steps, (numbers) => {
        const heap = new LeastFirst<number>((one, other) => one < other);
        const naive: number[] = [];
        for (const number of numbers) {
          if (number === null) expect(heap.take()).toBe(naive.shift());
          else {
            heap.add(number);
            naive.push(number);
            naive.sort((a, b) => a - b);
          }
        }
        for (const number of naive) expect(heap.take()).toBe(number);
        expect(heap.take()).toBeUndefined();
      }),
    );
  });

  it('needs few comparisons where there are many', () => {
    const many = 4096;
    let comparisons = 0;
    const heap = new LeastFirst<number>((one, other) => {
      comparisons += 1;
      return one < other;
    });
    for (let n = 0; n < many; n += 1) heap.add((n * 2_654_435_761) % 4093);
    comparisons = 0;
    for (let n = 0; n < many; n += 1) heap.add((heap.take() ?? 0) + 1000);
    // Down and up again: twice twelve levels to take, twelve to add.
    expect(comparisons).toBeLessThan(many * 3 * Math.log2(many));
  });
});
