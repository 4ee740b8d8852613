import { BRANCH, HEADER, LEAF, NODE } from '../check/node.js';
import type { Meta, PageFile } from '../check/page-file.js';
import type { Key } from '../keys.js';
import { type Leaf, LeafPage, PageOfEntries } from './leaf.js';
import { PageSizes } from './sizes.js';

const DEEPEST = 32;

/**
 * Looks at the leaves of the newest state of the data file, as long as nobody writes it. To know how full a page is helps
 * to fill it; nothing else depends on what is found here.
 */
export class Leaves {
  readonly sizes: PageSizes;
  /** Branches that were read, by their page. */
  private readonly branches = new Map<number, PageOfEntries>();
  private newest: Meta | undefined;

  constructor(private readonly file: PageFile) {
    this.sizes = new PageSizes(file.pageSize);
  }

  /** The leaf for a key; undefined in an empty file, and where a page is not as it must be. */
  of(key: Key): Leaf | undefined {
    this.newest ??= this.file.metas()[0];
    let number = this.newest?.data.root;
    let end: Key | undefined;
    for (let depth = 0; number !== undefined && depth < DEEPEST; depth += 1) {
      const page = this.branches.get(number) ?? this.read(number);
      if (page === undefined) return undefined;
      if (Buffer.isBuffer(page)) return new LeafPage(page, end, this.sizes);
      // The first child's key is not kept: whatever comes before the second is below it.
      const next = page.placeOf(key, 1);
      const at = next < page.count && page.keyAt(next) === key ? next : next - 1;
      if (at + 1 < page.count) end = page.keyAt(at + 1);
      number = page.nodeAt(at).number;
    }
    return undefined;
  }

  /** A branch, the bytes of a leaf, or nothing where it is neither. */
  private read(number: number): PageOfEntries | Buffer | undefined {
    if (number > (this.newest?.lastPage ?? 0)) return undefined;
    const bytes = this.file.read(number);
    if (bytes.length !== this.file.pageSize || Number(bytes.readBigUInt64LE(0)) !== number) return undefined;
    if (!holdsItsEntries(bytes)) return undefined;
    const kind = bytes.readUInt16LE(18);
    if (kind === LEAF) return bytes;
    if (kind !== BRANCH) return undefined;
    const branch = new PageOfEntries(bytes, true);
    this.branches.set(number, branch);
    return branch;
  }
}

/** Whether a page has entries, and they lie in it. */
function holdsItsEntries(bytes: Buffer): boolean {
  const end = HEADER + bytes.readUInt16LE(20);
  if (end > bytes.length || end < HEADER + 2) return false;
  for (let at = HEADER; at + 1 < end; at += 2) {
    const entry = HEADER + bytes.readUInt16LE(at);
    if (entry + NODE > bytes.length) return false;
    if (entry + NODE + bytes.readUInt16LE(entry + 6) > bytes.length) return false;
  }
  return true;
}
