import { SET_NAME } from '../commands/hello.js';

/**
 * The connection string for a listener's address. By TCP a driver follows the replica set as it would in production.
 * By a Unix socket it connects directly, since drivers change the case of paths that a server names.
 */
export function uriOf(address: string): string {
  return address.startsWith('/')
    ? `mongodb://${encodeURIComponent(address)}/?directConnection=true`
    : `mongodb://${address}/?replicaSet=${SET_NAME}`;
}
