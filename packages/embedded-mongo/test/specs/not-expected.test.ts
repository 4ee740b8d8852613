import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NOT_EXPECTED } from './not-expected.js';
import { hasSpecFolder, SPEC_FOLDER } from './spec-folder.js';

/** What the engine leaves for later; all else that fails must be the driver's own doing. */
const LATER: readonly string[] = ['the engine has no views', 'the engine has no change streams'];

/** Cases that the Node driver does not pass against MongoDB either, by folder and file. */
type DriverSkips = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

describe('the cases that are not expected to pass', () => {
  if (!hasSpecFolder()) {
    it('are not compared with what the Node driver skips: the folder of the cases is missing', () => {
      if (process.env['CI'] === 'true')
        throw new Error(`There is no folder ${SPEC_FOLDER} (set MONGODB_SPECS).`);
    });
    return;
  }
  const skips = JSON.parse(readFileSync(join(SPEC_FOLDER, 'node-driver-skips.json'), 'utf8')) as DriverSkips;

  it('are those that the Node driver skips against MongoDB, too, and what is left for later', () => {
    const own = NOT_EXPECTED.filter(({ reason }) => !LATER.includes(reason)).flatMap(
      ({ folder, fileName, cases }) =>
        cases
          .filter((name) => skips[folder]?.[fileName]?.includes(name) !== true)
          .map((name) => `${folder}/${fileName}: ${name}`),
    );
    expect(own).toEqual([]);
  });

  it('are listed once each, and as left for later only where the driver does not skip them', () => {
    const listed = NOT_EXPECTED.flatMap(({ folder, fileName, cases }) =>
      cases.map((name) => `${folder}/${fileName}: ${name}`),
    );
    expect(new Set(listed).size).toBe(listed.length);
    for (const { folder, fileName, cases, reason } of NOT_EXPECTED) {
      if (!LATER.includes(reason)) continue;
      for (const name of cases) expect(skips[folder]?.[fileName] ?? []).not.toContain(name);
    }
  });
});
