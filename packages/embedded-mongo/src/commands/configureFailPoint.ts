import type { Reply } from '../bson/codec.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { FailCommand, FailPointMode, FailRetryableWrite } from '../sessions/fail-points.js';
import { Arguments } from './arguments.js';
import { adminOnly, type Command } from './command.js';

/**
 * `configureFailPoint`: faults on request; known only to an engine that was started with `--test-commands`. `count` in
 * its answer is how often the fail point took effect as it was set before; MongoDB counts since its start.
 */
export const configureFailPoint: Command = {
  name: 'configureFailPoint',
  fields: ['mode', 'data'],
  inTransaction: false,
  write: false,
  testOnly: true,
  run(context): Reply {
    adminOnly(context, 'configureFailPoint');
    const { failPoints } = context.engine;
    if (failPoints === undefined) throw new Error('dispatch ran configureFailPoint without test commands');
    const args = Arguments.ofCommand('configureFailPoint', context.request.body);
    const name = args.text('configureFailPoint');
    const mode = readMode(args);
    const data = args.document('data') ?? new Map<string, Value>();
    if (name === 'failCommand') {
      return { count: failPoints.failCommand(mode ?? ALWAYS, mode && readFailCommand(data)) };
    }
    if (name === 'onPrimaryTransactionalWrite') {
      return { count: failPoints.failRetryableWrite(mode ?? ALWAYS, mode && readFailRetryableWrite(data)) };
    }
    throw new EngineError('Location51054', `fail point not found: ${String(name)}`);
  },
};

const ALWAYS: FailPointMode = { kind: 'always' };

/** Reads `mode`; `undefined` for `off`. */
function readMode(args: Arguments): FailPointMode | undefined {
  const mode = args.value('mode');
  if (mode === 'off') return undefined;
  if (mode === 'alwaysOn') return ALWAYS;
  if (mode instanceof Map && mode.size === 1) {
    for (const kind of ['times', 'skip'] as const) {
      if (!mode.has(kind)) continue;
      const count = Arguments.of('configureFailPoint.mode', mode, [kind]).size(kind);
      if (count !== undefined) return { kind, count };
    }
  }
  throw new EngineError('BadValue', "'mode' must be one of 'off', 'alwaysOn', { times: n } and { skip: n }");
}

function readFailCommand(data: Doc): FailCommand {
  const args = Arguments.of('configureFailPoint.data', data, [
    'appName',
    'blockConnection',
    'blockTimeMS',
    'closeConnection',
    'errorCode',
    'errorLabels',
    'failCommands',
    'writeConcernError',
  ]);
  const commands = texts(args, 'failCommands');
  if (commands === undefined) throw args.missing('failCommands');
  const blockMs = args.flag('blockConnection') ? args.size('blockTimeMS') : undefined;
  const appName = args.text('appName');
  const errorCode = args.wholeNumber('errorCode');
  const errorLabels = texts(args, 'errorLabels');
  const writeConcernError = args.document('writeConcernError');
  return {
    commands,
    closeConnection: args.flag('closeConnection'),
    ...(appName === undefined ? {} : { appName }),
    ...(blockMs === undefined ? {} : { blockMs }),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(errorLabels === undefined ? {} : { errorLabels }),
    ...(writeConcernError === undefined ? {} : { writeConcernError }),
  };
}

function readFailRetryableWrite(data: Doc): FailRetryableWrite {
  const args = Arguments.of('configureFailPoint.data', data, [
    'closeConnection',
    'failBeforeCommitExceptionCode',
  ]);
  const codeBeforeCommit = args.wholeNumber('failBeforeCommitExceptionCode');
  return {
    closeConnection: args.flag('closeConnection', true),
    ...(codeBeforeCommit === undefined ? {} : { codeBeforeCommit }),
  };
}

function texts(args: Arguments, name: string): readonly string[] | undefined {
  return args.list(name)?.map((item) => {
    if (typeof item === 'string') return item;
    throw new EngineError('TypeMismatch', `BSON field 'configureFailPoint.data.${name}' must hold strings`);
  });
}
