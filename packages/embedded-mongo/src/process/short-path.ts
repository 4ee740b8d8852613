import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_SOCKET_PATH } from '../wire/listen-address.js';

/**
 * Runs `use` with a path of `folder` that leaves room for socket names of up to `nameLength` bytes. A folder deep down
 * is reached by a symbolic link in a private temporary folder, so that its sockets still lie in the folder itself.
 * The path is good only until `use` has resolved.
 */
export async function withShortPath<T>(
  folder: string,
  nameLength: number,
  use: (path: string) => Promise<T>,
): Promise<T> {
  if (Buffer.byteLength(folder) + 1 + nameLength <= MAX_SOCKET_PATH) return use(folder);
  const temporary = await mkdtemp(join(tmpdir(), 'emb-'));
  try {
    const link = join(temporary, 'd');
    await symlink(folder, link);
    return await use(link);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
