import type { PageJson } from './ledger.js';
import type { Answer, SignedUp, TestService } from './service.js';

/**
 * Every page of a list, one after the other by cursor; `path` has a query already. Something may be done `between` one
 * page and the next.
 */
export async function pagesByCursor<Item>(
  service: TestService,
  { token }: SignedUp,
  path: string,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<PageJson<Item>[]> {
  const pages: PageJson<Item>[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer: Answer<PageJson<Item>> = await service.api(
      'GET',
      `${path}${cursor && `&cursor=${cursor}`}`,
      {
        token,
      },
    );
    if (answer.status !== 200) throw new Error(`GET ${path}: ${JSON.stringify(answer.body)}`);
    pages.push(answer.body);
    cursor = answer.body.next_cursor;
    await between();
  }
  return pages;
}
