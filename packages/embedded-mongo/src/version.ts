import { readFileSync } from 'node:fs';

/** This package's own version. */
export const ENGINE_VERSION = readVersion();

/** The MongoDB release whose commands and codes the engine follows; what drivers are told. */
export const MONGODB_VERSION = '8.0.4';

/** Wire protocol versions that drivers may speak; the highest is that of MongoDB 8.0. */
export const WIRE_VERSIONS = { min: 0, max: 25 } as const;

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error('the package.json of embedded-mongo names no version');
}
