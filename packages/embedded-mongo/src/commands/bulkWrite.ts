import { decodeCommand, decodeRaw, encodeReply, type Reply } from '../bson/codec.js';
import { Layouts } from '../bson/command-doc.js';
import { RawDoc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { BufferedResults, MAX_BATCH_LENGTH } from '../query/execute/execute.js';
import { Arguments } from './arguments.js';
import { batchSize } from './cursor-option.js';
import {
  operationArguments,
  operationKind,
  readOperation,
  runOperation,
  type Operation,
  type OperationOutcome,
} from './bulk-operation.js';
import type { Command, CommandContext } from './command.js';
import { commonOptions, type CommonOptions } from './common-options.js';
import { checkWritable, parseNamespace, type Namespace } from './namespace.js';
import { andThen } from './eventually.js';
import { firstReply } from './reading.js';
import { Statements } from './statements.js';

/** What all operations together have done, as the answer names it. */
const zeroCounts = { nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
export type BulkCounts = typeof zeroCounts;

/** `bulkWrite` of 8.0, on the admin database: inserts, updates and removals upon several collections. */
export const bulkWrite: Command = {
  name: 'bulkWrite',
  fields: [
    'ops',
    'nsInfo',
    'ordered',
    'errorsOnly',
    'bypassDocumentValidation',
    'bypassEmptyTsReplacement',
    'let',
    'cursor',
  ],
  inTransaction: true,
  write: true,
  retryable: true,
  async run(context: CommandContext): Promise<Reply> {
    if (context.db !== 'admin') {
      throw new EngineError('Unauthorized', 'bulkWrite may only be run against the admin database.');
    }
    const args = Arguments.ofCommand('bulkWrite', context.request.body);
    const ops = args.raw('ops');
    const namespaces = args.raw('nsInfo').map(readNamespace);
    const size = batchSize(args) ?? Infinity;
    if (ops.length > Math.min(size, MAX_BATCH_LENGTH)) context.engine.cursors.checkRoom();
    const statements = new Statements(context, ops.length, args.flag('ordered', true));
    const results = new BulkResults(args.flag('errorsOnly'), ops.length);
    const common = commonOptions(args);
    await statements.runEach(
      (index) => {
        const { namespace, operation } = operationOf(ops[index] as RawDoc, namespaces, common, statements);
        return andThen(runOperation(context, namespace, operation, statements, index), (outcome) => {
          results.succeeded(index, outcome);
        });
      },
      (error) => {
        results.failed(error);
      },
    );
    const reply = await firstReply(
      context,
      'admin.$cmd.bulkWrite',
      new BufferedResults(results.docs, context.engine.queryMemory),
      size,
      { roomChecked: true },
    );
    const { nInserted, nMatched, nModified, nUpserted, nDeleted } = results.counts;
    return statements.completeRetried({
      cursor: reply['cursor'],
      nErrors: statements.errors.length,
      nInserted,
      nMatched,
      nModified,
      nUpserted,
      nDeleted,
    });
  },
};

const NAMESPACE_FIELDS = ['ns', 'collectionUUID', 'encryptionInformation'];

function readNamespace(raw: RawDoc): Namespace {
  const args = Arguments.of('bulkWrite.nsInfo', decodeRaw(raw), NAMESPACE_FIELDS);
  args.refuse('collectionUUID', 'encryptionInformation');
  const ns = args.text('ns');
  if (ns === undefined) throw args.missing('ns');
  const namespace = parseNamespace(ns);
  checkWritable(namespace);
  return namespace;
}

const layouts = new Layouts(new Set(['document']));

function operationOf(
  raw: RawDoc,
  namespaces: readonly Namespace[],
  common: CommonOptions,
  statements: Statements,
): { readonly namespace: Namespace; readonly operation: Operation } {
  const fields = decodeCommand(raw.source, layouts, raw.start);
  const [first = ''] = fields.keys();
  const kind = operationKind(first);
  const args = operationArguments(kind, fields);
  const namespace = namespaces[args.size(kind) ?? -1];
  const operation = readOperation(kind, fields, args, common, statements);
  if (namespace === undefined) {
    throw new EngineError(
      'BadValue',
      `BulkWrite ops entry ${kind} names a namespace that nsInfo does not have`,
    );
  }
  return { namespace, operation };
}

const PLAIN = encodeReply({ ok: 1, idx: 1, n: 1 });
const UPDATED = encodeReply({ ok: 1, idx: 1, n: 1, nModified: 1 });
/** Where the numbers of these stand: behind the length, then each one's type and name. */
const [AT_IDX, AT_N, AT_MODIFIED] = [17, 24, 39];

/** So many answers share a buffer. */
const SHARED = 64;

/** The answers of the operations one by one, and their sums. */
class BulkResults {
  readonly docs: RawDoc[] = [];
  readonly counts: BulkCounts = { ...zeroCounts };
  private buffer: Buffer = Buffer.alloc(0);
  private filled = 0;

  /**
   * @param errorsOnly - whether to leave out the answers of operations that succeeded.
   * @param expected - how many answers there will be, if nothing fails.
   */
  constructor(
    private readonly errorsOnly: boolean,
    private readonly expected: number,
  ) {}

  succeeded(idx: number, { fields, counts }: OperationOutcome): void {
    for (const name in counts) this.counts[name as keyof BulkCounts] += counts[name as keyof BulkCounts] ?? 0;
    if (!this.errorsOnly) this.docs.push(this.success(idx, fields));
  }

  failed({ index, ...error }: Reply): void {
    this.docs.push(new RawDoc(encodeReply({ ok: 0, idx: index, n: 0, ...error })));
  }

  /** The answer of an operation; nearly all have one of two forms, of which only the numbers differ. */
  private success(idx: number, fields: OperationOutcome['fields']): RawDoc {
    const { n, nModified, upserted } = fields;
    if (upserted !== undefined) return new RawDoc(encodeReply({ ok: 1, idx, ...fields }));
    const start = this.placeOf(nModified === undefined ? PLAIN : UPDATED);
    const { buffer } = this;
    buffer.writeInt32LE(idx, start + AT_IDX);
    buffer.writeInt32LE(n, start + AT_N);
    if (nModified !== undefined) buffer.writeInt32LE(nModified, start + AT_MODIFIED);
    return new RawDoc(buffer, start, this.filled);
  }

  /** Where a copy of the form stands. */
  private placeOf(form: Uint8Array): number {
    if (this.filled + form.length > this.buffer.length) {
      const left = Math.min(SHARED, this.expected - this.docs.length);
      this.buffer = Buffer.allocUnsafe(Math.max(left, 1) * UPDATED.length);
      this.filled = 0;
    }
    const start = this.filled;
    this.buffer.set(form, start);
    this.filled += form.length;
    return start;
  }
}
