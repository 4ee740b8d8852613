import { EventEmitter, once } from 'node:events';
import type { MongoClient } from 'mongodb';
import type { ClientDescription, EventKind, ExpectedEvent, ExpectedEvents } from './format.js';
import { match, Mismatch, type Known } from './matching.js';

type Fields = Readonly<Record<string, unknown>>;

interface Observed {
  /** As cases name it, such as `commandStartedEvent`. */
  readonly name: string;
  readonly event: Fields;
}

/** How long `waitForEvent` waits, in milliseconds. The format says 10 s, but machines may be slow. */
const WAIT_MS = 60_000;

/** What a client does, as far as a case wants to know it. */
export class EventLog {
  /** Connections that are in use. */
  checkedOut = 0;
  private readonly observed: Observed[] = [];
  private readonly ignored: ReadonlySet<string>;
  private readonly news = new EventEmitter();
  private isOpen = true;

  constructor(
    client: MongoClient,
    private readonly description: ClientDescription,
  ) {
    this.ignored = new Set([...(description.ignoreCommandMonitoringEvents ?? []), 'configureFailPoint']);
    client.on('connectionCheckedOut', () => (this.checkedOut += 1));
    client.on('connectionCheckedIn', () => (this.checkedOut -= 1));
    const emitter: EventEmitter = client;
    for (const name of description.observeEvents ?? []) {
      emitter.on(driverName(name), (event: Fields) => {
        this.add({ name, event });
      });
    }
  }

  /** Takes no further events in. */
  close(): void {
    this.isOpen = false;
  }

  /** The commands that were started, in order. */
  startedCommands(): Fields[] {
    return this.observed
      .filter(({ name }) => name === 'commandStartedEvent')
      .map(({ event }) => event['command'] as Fields);
  }

  /** Resolves when so many events like the expected one have come. */
  async waitFor(expected: ExpectedEvent, count: number, known: Known): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS);
    while (this.observed.filter((actual) => isLike(expected, actual, known)).length < count) {
      await once(this.news, 'event', { signal });
    }
  }

  /** Holds the events that were seen to the expected ones. Throws Mismatch. */
  check({ eventType = 'command', events, ignoreExtraEvents = false }: ExpectedEvents, known: Known): void {
    const seen = this.observed.filter(({ name }) => kindOf(name) === eventType);
    const actual = ignoreExtraEvents ? seen.slice(0, events.length) : seen;
    if (actual.length !== events.length) {
      throw new Mismatch(
        `${eventType} events`,
        events.map((event) => labelOf(Object.entries(event)[0] ?? ['none', {}])).join(', '),
        seen.map(({ name, event }) => labelOf([name, event])).join(', '),
      );
    }
    for (const [index, event] of events.entries()) {
      matchEvent(event, actual[index], known, `${eventType} events[${String(index)}]`);
    }
  }

  private add(observed: Observed): void {
    if (!this.isOpen) return;
    const { name, event } = observed;
    if (kindOf(name) === 'command') {
      if (this.ignored.has(String(event['commandName']))) return;
      if (isRedacted(event) && this.description.observeSensitiveCommands !== true) return;
    }
    this.observed.push(observed);
    this.news.emit('event');
  }
}

/** Whether the driver hid the contents because they are secret. */
function isRedacted({ command, reply }: Fields): boolean {
  const contents = command ?? reply;
  return typeof contents === 'object' && contents !== null && Object.keys(contents).length === 0;
}

function kindOf(name: string): EventKind {
  if (name.startsWith('command')) return 'command';
  return name.startsWith('pool') || name.startsWith('connection') ? 'cmap' : 'sdam';
}

function driverName(name: string): string {
  return name.replace(/Event$/, '').replace(/^pool/, 'connectionPool');
}

function labelOf([name, { commandName }]: readonly [string, Fields]): string {
  return typeof commandName === 'string' ? `${name} ${commandName}` : name;
}

function isLike(expected: ExpectedEvent, actual: Observed, known: Known): boolean {
  try {
    matchEvent(expected, actual, known, 'event');
    return true;
  } catch (error) {
    if (error instanceof Mismatch) return false;
    throw error;
  }
}

function matchEvent(expected: ExpectedEvent, actual: Observed | undefined, known: Known, path: string): void {
  for (const [name, fields] of Object.entries(expected)) {
    if (actual?.name !== name) throw new Mismatch(path, name, actual?.name);
    for (const [field, value] of Object.entries(fields)) {
      matchEventField(field, value, actual.event, known, `${path}.${name}`);
    }
  }
}

function matchEventField(field: string, value: unknown, event: Fields, known: Known, path: string): void {
  if (field === 'hasServiceId' || field === 'hasServerConnectionId') {
    const property = field === 'hasServiceId' ? 'serviceId' : 'serverConnectionId';
    const present = (event[property] ?? undefined) !== undefined;
    if (present !== value) throw new Mismatch(`${path}.${field}`, String(value), present);
  } else {
    // What the driver adds to the inner parts of what it sends is its own matter, and no promise of the engine.
    const extras = field === 'command' ? 'anywhere' : 'at the top';
    match(value, event[field], known, { path: `${path}.${field}`, extras });
  }
}
