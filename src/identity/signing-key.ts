import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'jwt-secret';
const BYTES = 32;

/**
 * The key that tokens are signed with: from the given secret, else from the data folder, where one is made the first
 * time, readable by this user only.
 */
export async function signingKey(secret: string | null, dataDir: string): Promise<KeyObject> {
  const text = secret ?? (await keptSecret(dataDir));
  return createSecretKey(Buffer.from(text, 'utf8'));
}

async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, FILE);
  const kept = (await readIfThere(path)) ?? (await makeSecret(dataDir, path));
  if (Buffer.byteLength(kept) < BYTES) {
    throw new Error(`${path} holds no secret of ${BYTES} bytes; remove it to have a new one made`);
  }
  return kept;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written whole under another name first, so that a crash leaves no half a secret behind. */
async function makeSecret(dataDir: string, path: string): Promise<string> {
  const secret = randomBytes(BYTES).toString('hex');
  const draft = `${path}.${process.pid}`;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(draft, `${secret}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await link(draft, path);
  await rm(draft);
  return secret;
}
