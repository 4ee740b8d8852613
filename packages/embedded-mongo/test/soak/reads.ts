import { anyCondition, KINDS, pick, type Item } from './model.js';
import { NO_CHANGES, type Circumstances, type Operation } from './operation.js';

const READS: readonly ((circumstances: Circumstances) => Operation)[] = [page, count, distinct, groups, tags];

/** A random read of a client's own items. */
export function anyRead(circumstances: Circumstances): Operation {
  return pick(circumstances.random, READS)(circumstances);
}

function read(name: string, run: Operation['run'], answer: unknown): Operation {
  return { name, run, answer, changes: NO_CHANGES, atomic: true };
}

/** One page in order; small batches, so that cursors are continued. */
function page({ random, model }: Circumstances): Operation {
  const condition = anyCondition(random, model.owner);
  const [skip, limit, batchSize] = [random(4), 1 + random(40), 2 + random(20)];
  const way = random(2) === 0 ? 1 : -1;
  const found = model.matching(condition);
  const inOrder = way === 1 ? found : found.reverse();
  return read(
    'find',
    ({ items, within }) =>
      items
        .find(condition.filter, { ...within, batchSize })
        .sort({ n: way, _id: way })
        .skip(skip)
        .limit(limit)
        .toArray(),
    inOrder.slice(skip, skip + limit),
  );
}

function count({ random, model }: Circumstances): Operation {
  const condition = anyCondition(random, model.owner);
  return read(
    'count',
    ({ items, within }) => items.countDocuments(condition.filter, within),
    model.matching(condition).length,
  );
}

function distinct({ random, model }: Circumstances): Operation {
  const condition = anyCondition(random, model.owner);
  const kinds = new Set(model.matching(condition).map(({ kind }) => kind));
  return read(
    'distinct',
    async ({ items, within }) => (await items.distinct('kind', condition.filter, within)).sort(),
    [...kinds].sort(),
  );
}

interface Group {
  readonly _id: number;
  readonly count: number;
  readonly sum: number;
}

function groups({ random, model }: Circumstances): Operation {
  const condition = anyCondition(random, model.owner);
  const found = model.matching(condition);
  const groupOf = (_id: number): Group => {
    const members = found.filter(({ kind }) => kind === _id);
    return { _id, count: members.length, sum: members.reduce((total, { n }) => total + n, 0) };
  };
  return read(
    'group',
    ({ items, within }) =>
      items
        .aggregate<Group>(
          [
            { $match: condition.filter },
            { $group: { _id: '$kind', count: { $sum: 1 }, sum: { $sum: '$n' } } },
            { $sort: { _id: 1 } },
          ],
          within,
        )
        .toArray(),
    Array.from({ length: KINDS }, (_, kind) => groupOf(kind)).filter((group) => group.count > 0),
  );
}

function tags({ random, model }: Circumstances): Operation {
  const condition = anyCondition(random, model.owner);
  const times = new Map<number, number>();
  for (const tag of model.matching(condition).flatMap((item: Item) => item.tags))
    times.set(tag, (times.get(tag) ?? 0) + 1);
  return read(
    'unwind',
    ({ items, within }) =>
      items
        .aggregate(
          [
            { $match: condition.filter },
            { $unwind: '$tags' },
            { $group: { _id: '$tags', count: { $sum: 1 } } },
            { $sort: { _id: 1 } },
          ],
          within,
        )
        .toArray(),
    [...times].sort(([one], [other]) => one - other).map(([_id, count]) => ({ _id, count })),
  );
}
