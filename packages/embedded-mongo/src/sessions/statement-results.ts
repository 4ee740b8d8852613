import { Int32 } from 'bson';
import type { Doc, Value } from '../bson/types.js';

/** So many answers make a page, which is stored as one record: what one more answer has to write anew is bounded. */
const PAGE_LENGTH = 256;

/** What the statements of one retryable write answered, in pages in the order in which they ran. */
export class StatementResults {
  private readonly byStatement = new Map<number, Doc>();
  private readonly pages: Value[][][] = [];

  get(statementId: number): Doc | undefined {
    return this.byStatement.get(statementId);
  }

  /** The page that the next answer goes to. */
  get nextPage(): number {
    const last = this.pages[this.pages.length - 1];
    return last === undefined || last.length === PAGE_LENGTH ? this.pages.length : this.pages.length - 1;
  }

  add(statementId: number, result: Doc): void {
    this.byStatement.set(statementId, result);
    const at = this.nextPage;
    const page = (this.pages[at] ??= []);
    page.push([new Int32(statementId), result]);
  }

  /** A page as it is stored; `undefined` where there is none of that number. */
  page(at: number): Value[] | undefined {
    return this.pages[at];
  }

  /** Takes in a page that was stored. */
  restore(page: readonly Value[]): void {
    for (const entry of page) {
      const [statement, result] = entry as [Int32, Doc];
      this.add(statement.value, result);
    }
  }

  /** Whether the last page is full, so that another may have been stored after it. */
  get mayGoOn(): boolean {
    return this.nextPage === this.pages.length;
  }
}
