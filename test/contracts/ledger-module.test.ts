import 'reflect-metadata';

import { LedgerModule } from '../../src/ledger/ledger.module.js';

// Nest keeps these names to itself.
const PROVIDERS = 'providers';
const CONTROLLERS = 'controllers';
const COMMAND = '__commandHandler__';
const QUESTION = '__queryHandler__';

const listed = (key: string) =>
  (Reflect.getMetadata(key, LedgerModule) as unknown[]).filter((entry) => typeof entry === 'function');

const handled = (metadata: string) =>
  listed(PROVIDERS).flatMap(
    (provider) => (Reflect.getMetadata(metadata, provider) as { name: string } | undefined)?.name ?? [],
  );

describe('the ledger', () => {
  it.each([
    ['command', COMMAND, 26],
    ['question', QUESTION, 9],
  ])('has each %s done by one class only', (_, metadata, count) => {
    const names = handled(metadata);
    expect(names).toHaveLength(count);
    expect(new Set(names).size).toBe(count);
  });

  it('offers each of them over HTTP', () => {
    const wanted = [...handled(COMMAND), ...handled(QUESTION)];
    const offered = listed(CONTROLLERS).map((each) => (each as { name: string }).name);
    expect(offered.sort()).toEqual(wanted.map((name) => `${name}Controller`).sort());
  });
});
