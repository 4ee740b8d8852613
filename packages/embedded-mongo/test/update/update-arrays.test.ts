import { decimal, double } from '../query/notation.js';
import { changes } from './update-cases.js';

const maxInt = 2147483647;

describe('arithmetic', () => {
  it('$inc keeps types, widens ints and stays exact', () =>
    changes([
      [{ $inc: { a: 2 } }, { a: 1 }, { a: 3 }],
      [{ $inc: { a: -2 } }, {}, { a: -2 }],
      [{ $inc: { a: 1 } }, { a: maxInt }, { a: 2147483648n }],
      [{ $inc: { a: 1n } }, { a: 1 }, { a: 2n }],
      [{ $inc: { a: 1 } }, { a: 9007199254740993n }, { a: 9007199254740994n }],
      [{ $inc: { a: double(1) } }, { a: 1 }, { a: double(2) }],
      [{ $inc: { a: 1 } }, { a: double(5) }, { a: double(6) }],
      [{ $inc: { a: decimal('0.1') } }, { a: decimal('0.2') }, { a: decimal('0.3') }],
      [{ $inc: { a: 1 } }, { a: decimal('1.50') }, { a: decimal('2.50') }],
      [{ $inc: { 'a.b': 1 } }, { a: { b: 1 } }, { a: { b: 2 } }],
      [{ $inc: { 'a.1': 1 } }, { a: [1, 1] }, { a: [1, 2] }],
    ]));

  it('$mul multiplies; a missing field becomes a zero of the type', () =>
    changes([
      [{ $mul: { a: 3 } }, { a: 2 }, { a: 6 }],
      [{ $mul: { a: 3 } }, {}, { a: 0 }],
      [{ $mul: { a: 3n } }, {}, { a: 0n }],
      [{ $mul: { a: 1.5 } }, { a: 2 }, { a: double(3) }],
      [{ $mul: { a: maxInt } }, { a: 2 }, { a: 4294967294n }],
    ]));

  it('$min and $max compare across types', () =>
    changes([
      [{ $min: { a: 3 } }, { a: 5 }, { a: 3 }],
      [{ $max: { a: 7n } }, { a: 5 }, { a: 7n }],
      [{ $max: { a: 9007199254740993n } }, { a: double(9007199254740992) }, { a: 9007199254740993n }],
      [{ $min: { a: 3 } }, { a: 'x' }, { a: 3 }],
      [{ $max: { a: new Date(1) } }, { a: 'x' }, { a: new Date(1) }],
      [{ $min: { a: null } }, { a: 1 }, { a: null }],
      [{ $max: { a: 1 } }, {}, { a: 1 }],
    ]));

  it('$bit', () =>
    changes([
      [{ $bit: { a: { and: 10 } } }, { a: 12 }, { a: 8 }],
      [{ $bit: { a: { or: 3, xor: 1 } } }, { a: 4 }, { a: 6 }],
      [{ $bit: { a: { xor: 5n } } }, { a: 4 }, { a: 1n }],
      [{ $bit: { a: { or: 5 } } }, {}, { a: 5 }],
    ]));
});

describe('arrays', () => {
  it('$push appends, inserts, sorts and cuts', () =>
    changes([
      [{ $push: { a: 1 } }, {}, { a: [1] }],
      [{ $push: { a: [1, 2] } }, { a: [0] }, { a: [0, [1, 2]] }],
      [{ $push: { a: { $each: [1, 2] } } }, { a: [0] }, { a: [0, 1, 2] }],
      [{ $push: { a: { $each: [] } } }, {}, { a: [] }],
      [{ $push: { a: { $each: [9], $position: 0 } } }, { a: [1, 2] }, { a: [9, 1, 2] }],
      [{ $push: { a: { $each: [9], $position: 99 } } }, { a: [1] }, { a: [1, 9] }],
      [{ $push: { a: { $each: [9], $position: -1 } } }, { a: [1, 2] }, { a: [1, 9, 2] }],
      [{ $push: { a: { $each: [9], $position: -9 } } }, { a: [1, 2] }, { a: [9, 1, 2] }],
      [{ $push: { a: { $each: [3], $slice: 2 } } }, { a: [1, 2] }, { a: [1, 2] }],
      [{ $push: { a: { $each: [3], $slice: -2 } } }, { a: [1, 2] }, { a: [2, 3] }],
      [{ $push: { a: { $each: [], $slice: 0 } } }, { a: [1, 2] }, { a: [] }],
      [{ $push: { a: { $each: [2], $sort: 1 } } }, { a: [3, 1] }, { a: [1, 2, 3] }],
      [{ $push: { a: { $each: [2], $sort: -1, $slice: 2 } } }, { a: [3, 1] }, { a: [3, 2] }],
      [
        { $push: { a: { $each: [{ n: 1, k: 'x' }], $sort: { n: 1 } } } },
        { a: [{ n: 2 }, 5, { n: 1 }] },
        { a: [5, { n: 1 }, { n: 1, k: 'x' }, { n: 2 }] },
      ],
      [{ $push: { a: { $slice: 1 } } }, { a: [] }, { a: [{ $slice: 1 }] }],
    ]));

  it('$addToSet adds what is not there by value', () =>
    changes([
      [{ $addToSet: { a: 2 } }, { a: [1] }, { a: [1, 2] }],
      [{ $addToSet: { a: { $each: [1, 2, 2, double(2)] } } }, { a: [1] }, { a: [1, 2] }],
      [
        { $addToSet: { a: { x: 1, y: 2 } } },
        { a: [{ y: 2, x: 1 }] },
        {
          a: [
            { y: 2, x: 1 },
            { x: 1, y: 2 },
          ],
        },
      ],
      [{ $addToSet: { a: { $each: [1, 1] } } }, {}, { a: [1] }],
    ]));

  it('$pull, $pullAll and $pop take out', () =>
    changes([
      [{ $pull: { a: 1 } }, { a: [1, 2, double(1), 'x'] }, { a: [2, 'x'] }],
      [{ $pull: { a: { $gte: 2 } } }, { a: [1, 2, 3] }, { a: [1] }],
      [{ $pull: { a: { $in: ['x', /^y/] } } }, { a: ['x', 'yy', 'z'] }, { a: ['z'] }],
      [{ $pull: { a: { b: 1 } } }, { a: [{ b: 1, c: 2 }, { b: 2 }, 1] }, { a: [{ b: 2 }, 1] }],
      [{ $pull: { a: { b: { $gt: 1 }, c: 2 } } }, { a: [{ b: 2, c: 2 }, { b: 2 }] }, { a: [{ b: 2 }] }],
      [{ $pull: { a: { $or: [{ b: 1 }, { b: 2 }] } } }, { a: [{ b: 1 }, { b: 3 }] }, { a: [{ b: 3 }] }],
      [{ $pull: { a: /^x/ } }, { a: ['xx', 'y', 1] }, { a: ['y', 1] }],
      [{ $pull: { a: [1] } }, { a: [[1], 1] }, { a: [1] }],
      [{ $pull: { a: { $elemMatch: { q: 1 } } } }, { a: [[{ q: 1 }], [{ q: 2 }]] }, { a: [[{ q: 2 }]] }],
      [{ $pull: { a: null } }, { a: [null, 1] }, { a: [1] }],
      [{ $pull: { 'a.b': 1 } }, { a: { b: [1, 2] } }, { a: { b: [2] } }],
      [{ $pullAll: { a: [1, 'x'] } }, { a: [1n, 'x', 2] }, { a: [2] }],
      [{ $pop: { a: 1 } }, { a: [1, 2] }, { a: [1] }],
      [{ $pop: { a: -1 } }, { a: [1, 2] }, { a: [2] }],
    ]));
});
