import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BSON, type Collection } from 'mongodb';
import { hasTool } from '../debian-tools.js';
import { copyEngine, type Mutant } from '../isolation/mutants.js';
import { startEngine } from '../kit.js';
import { newFolder, removeFolders } from '../process/folders.js';
import { examine } from './damaged-files.js';
import {
  buildRecorder,
  imageOf,
  imagesAt,
  readEvents,
  recording,
  writeImages,
  type FileEvent,
} from './power-loss.js';

const IMAGES = 60;
const WRITERS = 6;
const EACH = 60;
const NS = 'bank.transfers';

interface Transfer {
  _id: string;
  pad: string;
}

/** One acknowledged write: the documents that it brought, and when its answer was there. */
interface Acknowledged {
  readonly documents: readonly string[];
  readonly time: bigint;
}

interface Findings {
  readonly lost: number;
  readonly invented: number;
  readonly inPart: number;
  readonly damaged: number;
}

const aRecorder = hasTool('gcc', 'power loss, with a recorder in C') ? describe : undefined;

/** Engines that would lose something. */
const CARELESS: readonly Mutant[] = [
  {
    name: 'does not sync its journal',
    file: 'storage/journal/journal.js',
    passage: '? O_RDWR | O_CREAT | O_DSYNC',
    replacement: '? O_RDWR | O_CREAT',
  },
  {
    name: 'does not sync its data file',
    file: 'storage/disk.js',
    passage: 'overlappingSync: false,',
    replacement: 'overlappingSync: false, noSync: true,',
  },
];

describe('an image of a file after a power loss', () => {
  const event = (kind: FileEvent['kind'], text = ''): FileEvent => {
    return { file: 'data.mdb', kind, offset: 0, time: 0n, data: Buffer.from(text) };
  };

  it('has what was synced, and nothing else where chance keeps nothing', () => {
    const events = [
      event('write', 'one'),
      event('sync begins'),
      event('write', 'two'),
      event('sync has ended'),
    ];
    expect(imageOf(events.slice(0, 3), () => false).toString()).toBe('');
    expect(imageOf(events, () => false).toString()).toBe('one');
    expect(imageOf(events, () => true).toString()).toBe('two');
  });

  it('has a synced write for certain once it has returned, and by chance before', () => {
    const events = [event('synced write begins', 'one'), event('synced write', 'one')];
    expect(imageOf(events.slice(0, 1), () => false).toString()).toBe('');
    expect(imageOf(events.slice(0, 1), () => true).toString()).toBe('one');
    expect(imageOf(events, () => false).toString()).toBe('one');
  });
});

aRecorder?.('when the power fails', () => {
  let library: string;

  beforeAll(async () => {
    library = buildRecorder(await newFolder());
  });

  afterAll(removeFolders);

  it(`nothing acknowledged is lost in ${String(IMAGES)} images, and nothing is there in part`, async () => {
    const findings = await tryEngine(IMAGES);
    expect(findings).toEqual({ lost: 0, invented: 0, inPart: 0, damaged: 0 });
  }, 600_000);

  it.each(CARELESS.map((mutant): [string, Mutant] => [mutant.name, mutant]))(
    'an engine is caught that %s',
    async (_name, mutant) => {
      const copy = await copyEngine();
      try {
        await copy.apply(mutant);
        const { lost, damaged } = await tryEngine(20, copy.command);
        expect(lost + damaged).toBeGreaterThan(0);
      } finally {
        await copy.remove();
      }
    },
    600_000,
  );

  async function tryEngine(images: number, command?: string): Promise<Findings> {
    const folder = await newFolder();
    const log = join(folder, 'record');
    const engine = await startEngine({
      env: recording(library, log),
      ...(command === undefined ? {} : { command }),
    });
    const sent = new Map<string, string>();
    const acknowledged: Acknowledged[] = [];
    const transfers = engine.client.db('bank').collection<Transfer>('transfers');
    await transfers.createIndex({ pad: 1 });
    await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) => write(transfers, writer, sent, acknowledged)),
    );
    // A client that still has sessions would look for the killed engine to end them, for long.
    await engine.client.close();
    await engine.kill9();
    await engine.stop();
    return judge(images, folder, log, sent, acknowledged);
  }

  /** Single inserts and transactions of two, in turns. */
  async function write(
    transfers: Collection<Transfer>,
    writer: number,
    sent: Map<string, string>,
    acknowledged: Acknowledged[],
  ): Promise<void> {
    for (let turn = 0; turn < EACH; turn += 1) {
      const ids = (turn % 2 === 0 ? ['one'] : ['first', 'second']).map(
        (part) => `${String(writer)}-${String(turn)}-${part}`,
      );
      const batch = ids.map((_id) => ({ _id, pad: _id.repeat(1 + (turn % 40)) }));
      const documents = batch.map(
        (one) => `${NS}:${createHash('sha1').update(BSON.serialize(one)).digest('hex')}`,
      );
      documents.forEach((digest, at) => sent.set(digest, documents[1 - at] ?? digest));
      if (batch.length === 1) await transfers.insertMany(batch);
      else {
        await transfers.db.client.withSession((session) =>
          session.withTransaction(() => transfers.insertMany(batch, { session })),
        );
      }
      acknowledged.push({ documents, time: process.hrtime.bigint() });
    }
  }

  async function judge(
    images: number,
    folder: string,
    log: string,
    sent: ReadonlyMap<string, string>,
    acknowledged: readonly Acknowledged[],
  ): Promise<Findings> {
    const events = readEvents(log);
    const moments = new Map<string, bigint>();
    for (let image = 0; image < images; image += 1) {
      // Right after an answer there is least time for a sync that is late.
      const answered = acknowledged[
        Math.floor(((image + Math.random()) / images) * acknowledged.length)
      ] as Acknowledged;
      // A file in pieces may hold its reader for long; where nothing was synced, nothing is kept.
      const share = images < IMAGES || image % 3 === 0 ? 0 : Math.random();
      const place = join(folder, `image-${String(image)}`);
      writeImages(
        place,
        imagesAt(events, answered.time, () => Math.random() < share),
      );
      moments.set(place, answered.time);
    }
    const outcomes = await examine([...moments.keys()], new Set());
    let [lost, invented, inPart, damaged] = [0, 0, 0, 0];
    const reasons: string[] = [];
    for (const [place, time] of moments) {
      const outcome = outcomes.get(place);
      const found = new Set(outcome?.documents);
      if (
        outcome === undefined ||
        outcome.crashed !== undefined ||
        outcome.found.length + outcome.errors.length > 0
      ) {
        damaged += 1;
        reasons.push(...(outcome?.found ?? []), ...(outcome?.errors ?? []), outcome?.crashed ?? '');
      }
      for (const answer of acknowledged) {
        if (answer.time <= time) lost += answer.documents.filter((one) => !found.has(one)).length;
      }
      for (const one of found) {
        const other = sent.get(one);
        if (other === undefined) invented += 1;
        else if (!found.has(other)) inPart += 1;
      }
    }
    const findings = { lost, invented, inPart, damaged };
    console.log(
      `${String(images)} images, ${String(acknowledged.length)} acknowledged: ${JSON.stringify(findings)} ${reasons.slice(0, 3).join('; ')}`,
    );
    return findings;
  }
});
