// Writes the README's troubleshooting table from the list of codes: npm run docs:problems (after a build).
import { readFileSync, writeFileSync } from 'node:fs';

import * as prettier from 'prettier';

import { PROBLEM_KINDS } from '../dist/kernel/problem-codes.js';

const README = new URL('../README.md', import.meta.url);
const MARKS = ['<!-- problems: made by npm run docs:problems -->', '<!-- end of problems -->'];

/** The README with the table between its marks made anew. */
async function withTable(readme) {
  const [start, end] = [readme.indexOf(MARKS[0]), readme.indexOf(MARKS[1])];
  if (start < 0 || end < start) throw new Error('README.md has no place for the table of problems');
  const head = ['code', 'status', 'why', 'what to do'];
  const rows = Object.entries(PROBLEM_KINDS).map(([code, { status, cause, remedy }]) => [
    `\`${code}\``,
    String(status),
    cause,
    remedy,
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const text = `${readme.slice(0, start)}${MARKS[0]}\n\n${table}\n\n${readme.slice(end)}`;
  const options = await prettier.resolveConfig(README);
  return prettier.format(text, { ...options, parser: 'markdown' });
}

writeFileSync(README, await withTable(readFileSync(README, 'utf8')));
