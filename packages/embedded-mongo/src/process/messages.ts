/** What the engine's process tells its parent, once, over IPC. */
export type StartMessage =
  { readonly type: 'ready'; readonly uri: string } | { readonly type: 'failed'; readonly reason: string };

/** Whether an IPC message is one of ours. */
export function isStartMessage(message: unknown): message is StartMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  if (message.type === 'ready') return 'uri' in message && typeof message.uri === 'string';
  return message.type === 'failed' && 'reason' in message && typeof message.reason === 'string';
}
