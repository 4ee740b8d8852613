import { randomUUID } from 'node:crypto';
import { Binary, UUID } from 'bson';
import type { Doc } from '../../src/bson/types.js';
import { EngineError } from '../../src/errors.js';
import { DEFAULT_LIMITS } from '../../src/expiry/limits.js';
import { Sessions } from '../../src/sessions/sessions.js';
import { cleanUp, openStore } from '../storage/store-kit.js';

const lsid = (): Doc => new Map([['id', new Binary(new UUID(randomUUID()).buffer, Binary.SUBTYPE_UUID)]]);

describe('the sessions that clients make up', () => {
  afterEach(cleanUp);

  it('are bounded in number; those in use go on, and ended ones make room', async () => {
    const sessions = new Sessions(openStore(), DEFAULT_LIMITS, () => undefined);
    const first = lsid();
    const known = sessions.get(first);
    let refused: unknown;
    for (let count = 1; count < 300_000 && refused === undefined; count += 1) {
      try {
        sessions.get(lsid());
      } catch (error) {
        refused = error;
      }
    }
    if (!(refused instanceof EngineError)) throw new Error('they are not bounded');
    expect(refused.codeName).toBe('TooManyLogicalSessions');
    expect(sessions.get(first)).toBe(known);
    expect(sessions.find(lsid())).toBeUndefined();
    await sessions.end([first]);
    expect(sessions.get(lsid())).toBeDefined();
    sessions.close();
  });
});
