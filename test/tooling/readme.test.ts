import { readFileSync } from 'node:fs';

import { PROBLEM_KINDS } from '../../src/kernel/problem-codes.js';

const readme = readFileSync('README.md', 'utf8');

/** The cells of every table row in the README, without Prettier's padding. */
const rows = readme
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()));

/** The rows of the table whose first cells look like this. */
const rowsOf = (first: RegExp): string[][] => rows.filter(([cell]) => first.test(cell ?? ''));

/** The settings that the code reads, by their names in the source. */
function settingNames(): string[] {
  const source = readFileSync('src/settings.ts', 'utf8');
  return [...source.matchAll(/read\.\w+\('([A-Z_]+)'/g)].map((match) => match[1] ?? '');
}

describe('the README', () => {
  it('tells what each problem means, and what to do, in the words of the code', () => {
    const told = rowsOf(/^`[a-z_]+`$/);
    const known = Object.entries(PROBLEM_KINDS).map(([code, { status, cause, remedy }]) => [
      `\`${code}\``,
      String(status),
      cause,
      remedy,
    ]);
    expect(told).toEqual(known);
  });

  it('lists each setting', () => {
    const told = rowsOf(/^`[A-Z_]+`$/).map(([name]) => name);
    expect(told.sort()).toEqual(
      settingNames()
        .map((name) => `\`${name}\``)
        .sort(),
    );
  });

  it('names scripts that exist', () => {
    const own = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'].flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? ''),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !Object.hasOwn(own.scripts, name))).toEqual([]);
  });
});
