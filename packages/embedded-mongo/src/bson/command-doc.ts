import type { RawDoc, Value } from './types.js';

/** A field of a command: documents that are only stored or passed on stay encoded. */
export type CommandValue = Value | RawDoc | RawDoc[];

/** A command's fields by name, in their order: like a `Doc`, with the bulky documents still encoded. */
export interface CommandDoc {
  get(name: string): CommandValue | undefined;
  has(name: string): boolean;
  set(name: string, value: CommandValue): unknown;
  keys(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, CommandValue]>;
}

/** A layout has no more fields than this; drivers send commands of fewer. */
export const MOST_FIELDS = 32;
/** So many layouts are kept, those of short names; where clients make up more, they are collected anew. */
const MOST_LAYOUTS = 4096;
const SHORT_ASCII = /^[ -~]{1,32}$/;

/** The names of a command's first fields. */
export class Layout {
  readonly size: number;
  /** The one that followed last time. */
  likely: Layout | undefined;
  /** Those that follow, by the name that each adds, which is short ASCII. */
  readonly next = new Map<string, Layout>();
  /** What is known to take a command of these fields. */
  acceptedBy: object | undefined;
  private slots: ReadonlyMap<string, number> | undefined;

  constructor(
    private readonly before: Layout | undefined,
    /** The last of the names. */
    readonly name: string,
    /** Whether documents of that name stay encoded. */
    readonly isRaw: boolean,
  ) {
    this.size = before === undefined ? 0 : before.size + 1;
  }

  /** The place of each name among the values. */
  get places(): ReadonlyMap<string, number> {
    return (this.slots ??= this.findPlaces());
  }

  private findPlaces(): ReadonlyMap<string, number> {
    const places = new Map(this.before?.findPlaces());
    if (this.before !== undefined) places.set(this.name, places.size);
    return places;
  }
}

/**
 * The layouts of commands. Drivers send the same names in the same order over and over: commands share these instead of
 * having a table each, and which name comes next is foreseen.
 */
export class Layouts {
  private root = new Layout(undefined, '', false);
  private count = 0;

  /** @param rawFields - the fields whose documents stay encoded. */
  constructor(readonly rawFields: ReadonlySet<string>) {}

  /** The layout of no names. */
  get empty(): Layout {
    return this.root;
  }

  /** The layout of one more name; the very same one where it has that name already. */
  after(layout: Layout, name: string): Layout {
    const known = layout.next.get(name);
    if (known !== undefined) return (layout.likely = known);
    if (layout.places.has(name)) return layout;
    const added = new Layout(layout, name, this.rawFields.has(name));
    if (SHORT_ASCII.test(name)) this.keep(layout, added);
    return added;
  }

  private keep(layout: Layout, added: Layout): void {
    if (this.count === MOST_LAYOUTS) {
      this.root = new Layout(undefined, '', false);
      this.count = 0;
    }
    this.count += 1;
    layout.next.set(added.name, added);
  }
}

/** A command by its layout. */
export class LaidOutCommand implements CommandDoc {
  /** @param values - one for each name of the layout. */
  constructor(
    private readonly layouts: Layouts,
    public layout: Layout,
    private readonly values: CommandValue[],
  ) {}

  get(name: string): CommandValue | undefined {
    const place = this.layout.places.get(name);
    return place === undefined ? undefined : this.values[place];
  }

  has(name: string): boolean {
    return this.layout.places.has(name);
  }

  set(name: string, value: CommandValue): void {
    const place = this.layout.places.get(name) ?? this.values.length;
    this.layout = this.layouts.after(this.layout, name);
    this.values[place] = value;
  }

  keys(): IterableIterator<string> {
    return this.layout.places.keys();
  }

  *[Symbol.iterator](): IterableIterator<[string, CommandValue]> {
    for (const [name, place] of this.layout.places) yield [name, this.values[place] as CommandValue];
  }
}
