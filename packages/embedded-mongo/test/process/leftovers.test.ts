import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from '../kit.js';
import { newFolder, removeFolders } from './folders.js';

describe('an engine that starts where one was killed during a check', () => {
  afterAll(removeFolders);

  it("removes what the check has left, and nothing of anybody else's", async () => {
    const dbPath = await newFolder();
    for (const name of ['check-A1b2C3', 'check-list']) mkdirSync(join(dbPath, name));
    symlinkSync(join(dbPath, 'data.mdb'), join(dbPath, 'check-A1b2C3', 'data.mdb'));
    writeFileSync(join(dbPath, 'check-A1b2C3', 'data.mdb-lock'), '');
    writeFileSync(join(dbPath, 'check-list', 'notes'), 'milk');
    writeFileSync(join(dbPath, 'check-notes'), 'eggs');
    const engine = await startEngine({ dbPath });
    try {
      const left = readdirSync(dbPath).filter((name) => name.startsWith('check-'));
      expect(left.sort()).toEqual(['check-list', 'check-notes']);
    } finally {
      await engine.stop();
    }
  });
});
