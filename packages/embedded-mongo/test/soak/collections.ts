import { anyCondition, type Item } from './model.js';
import { NO_CHANGES, type Circumstances, type Operation } from './operation.js';

/** Writes some items to a collection of the client's own by two pipelines, renames it over another, reads, drops. */
export function copyToCollections({ random, model }: Circumstances): Operation {
  const [first, second] = [anyCondition(random, model.owner), anyCondition(random, model.owner)];
  const expected = model.all().filter((item) => first.test(item) || second.test(item));
  const [made, shown] = [`made${String(model.owner)}`, `shown${String(model.owner)}`];
  const isDropped = random(3) === 0;
  return {
    name: '$out, $merge, rename',
    run: async ({ client, items }) => {
      const database = client.db('soak');
      await items.aggregate([{ $match: first.filter }, { $out: made }]).toArray();
      await database.collection(made).createIndex({ n: 1 });
      await items.aggregate([{ $match: second.filter }, { $merge: { into: made } }]).toArray();
      // A pipeline that finds nothing makes no collection for $merge; $out makes one in any case.
      await database.renameCollection(made, shown, { dropTarget: true });
      const found = await database.collection<Item>(shown).find().sort({ n: 1, _id: 1 }).toArray();
      if (isDropped) await database.dropCollection(shown);
      return found;
    },
    answer: expected,
    changes: NO_CHANGES,
    atomic: true,
  };
}
