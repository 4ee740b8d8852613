import type { Reply } from '../bson/codec.js';
import { encodeKeyValue } from '../bson/keystring.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Collation } from '../query/collation.js';
import { docOf } from '../query/execute/scan.js';
import { TimeSlice } from '../query/execute/slice.js';
import { mergeSort } from '../query/execute/sort.js';
import { eachRow } from '../query/execute/execute.js';
import { arrayIndex, splitPath, type Path } from '../query/paths.js';
import { Arguments } from './arguments.js';
import { collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { namespaceOf } from './namespace.js';
import { collectionToRead, readFilter, scanFor } from './reading.js';

/** All values go into one reply. A key string is about as long as its value. */
const MAX_BYTES = 16 * 1024 * 1024;

/** `distinct`: the different values of one path, an array's elements each for itself. */
export const distinct: Command = {
  name: 'distinct',
  fields: ['key', 'query', 'collation', 'hint'],
  inTransaction: true,
  write: false,
  async run(context: CommandContext): Promise<Reply> {
    const { ns } = namespaceOf(context);
    const args = Arguments.ofCommand('distinct', context.request.body);
    const collation = collationOf(args);
    const key = args.text('key');
    if (key === undefined) throw args.missing('key');
    const query = {
      filter: readFilter(args.documentOrEmpty('query'), undefined, collation),
      hint: args.hint(),
      collation,
    };
    const collection = await collectionToRead(context, ns);
    if (collection === undefined) return { values: [] };
    const { scan } = scanFor(collection, query, context.shownUpTo);
    const values = new DistinctValues(splitPath(key), collation);
    const view = context.view();
    const slice = new TimeSlice(context);
    try {
      scan.open(view);
      await eachRow(scan, slice, (row) => {
        values.add(docOf(row));
      });
    } finally {
      scan.pause();
      view.release();
    }
    return { values: await values.sorted(slice) };
  },
};

/** Different values by their key strings, so that `1` and `1.0` count as one; of strings the first of equal ones. */
class DistinctValues {
  private readonly byKey = new Map<string, Value>();
  private bytes = 0;

  constructor(
    private readonly path: Path,
    private readonly collation: Collation | undefined,
  ) {}

  add(doc: Doc): void {
    this.collect(doc, 0);
  }

  async sorted(slice: TimeSlice): Promise<Value[]> {
    const { collation } = this;
    if (collation !== undefined) return mergeSort([...this.byKey.values()], collation.compare, slice);
    const sorted = await mergeSort([...this.byKey], ([a], [b]) => (a < b ? -1 : 1), slice);
    return sorted.map(([, value]) => value);
  }

  private collect(value: Value | undefined, at: number): void {
    if (value === undefined) return;
    const part = this.path[at];
    if (part === undefined) {
      if (Array.isArray(value)) for (const element of value) this.keep(element);
      else this.keep(value);
    } else if (value instanceof Map) this.collect(value.get(part), at + 1);
    else if (Array.isArray(value)) {
      const index = arrayIndex(part);
      if (index !== undefined) this.collect(value[index], at + 1);
      for (const element of value) if (element instanceof Map) this.collect(element, at);
    }
  }

  private keep(value: Value): void {
    const key = encodeKeyValue(this.collation === undefined ? value : this.collation.fold(value));
    if (this.byKey.has(key)) return;
    this.byKey.set(key, value);
    this.bytes += key.length;
    if (this.bytes > MAX_BYTES) throw new EngineError('Location17217', 'distinct too big, 16mb cap');
  }
}
