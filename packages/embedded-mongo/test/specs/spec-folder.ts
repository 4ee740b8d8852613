import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BSON } from 'mongodb';
import type { SpecCase, SpecFile } from './format.js';
import { mustRun } from './requirements.js';

/** Where the cases lie: MongoDB's driver specifications, which are no part of this package. */
export const SPEC_FOLDER =
  process.env['MONGODB_SPECS'] ??
  fileURLToPath(new URL('../../../../../shared/mongodb-specs', import.meta.url));

/**
 * The one case with times of its own lets a reply come 50 ms after its client has given up waiting. On a busy machine a
 * reply that is to come in time is later than that; so all these times are longer here, in the same proportion.
 */
const STRETCH = 6;
const TIMES = /("(?:socketTimeoutMS|blockTimeMS)":\s*)(\d+)/g;

/** A case that must run, with where it stands. */
export interface FoundCase {
  readonly folder: string;
  readonly fileName: string;
  readonly file: SpecFile;
  readonly test: SpecCase;
}

export function hasSpecFolder(): boolean {
  return existsSync(SPEC_FOLDER);
}

/** The cases of one specification that must run on an engine like this, by the files' own words. */
export function casesOf(folder: string): FoundCase[] {
  const names = readdirSync(join(SPEC_FOLDER, folder)).filter((name) => name.endsWith('.json'));
  return names.sort().flatMap((fileName) => {
    const text = readFileSync(join(SPEC_FOLDER, folder, fileName), 'utf8').replace(
      TIMES,
      (_, name: string, ms: string) => name + String(Number(ms) * STRETCH),
    );
    const file = BSON.EJSON.parse(text, { relaxed: true }) as SpecFile;
    const tests = file.tests.filter((test) => mustRun(file, test));
    return tests.map((test) => ({ folder, fileName, file, test }));
  });
}
