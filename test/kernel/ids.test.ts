import { TypeID } from 'typeid-js';
import { ID_KINDS, isIdOf, newId } from '../../src/kernel/ids.js';

describe('ids', () => {
  it.each(ID_KINDS)('of kind %s carry it, and are of no other kind', (kind) => {
    const id = newId(kind);
    expect(id.startsWith(`${kind}_`)).toBe(true);
    expect(ID_KINDS.filter((other) => isIdOf(other, id))).toEqual([kind]);
  });

  it('are unique', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('tx'));
    expect(new Set(ids).size).toBe(1_000);
  });

  it.each([
    ['hh', '4'],
    ['tx', '7'],
    ['bat', '7'],
    ['acc', '7'],
    ['usr', '7'],
  ] as const)('of kind %s are UUIDs of version %s', (kind, version) => {
    expect(TypeID.fromString(newId(kind)).toUUID()[14]).toBe(version);
  });

  it.each([
    'tx_',
    'tx',
    '',
    'tx_01h455vb4pex5vsknk084sn02',
    'tx_01h455vb4pex5vsknk084sn02qq',
    'tx_81h455vb4pex5vsknk084sn02q',
    'tx_01H455VB4PEX5VSKNK084SN02Q',
    'tx_01h455vb4pex5vsknk084sn02l',
    'acc_01h455vb4pex5vsknk084sn02q',
    'tx_01h455vb4pex5vsknk084sn02q\n',
    ' tx_01h455vb4pex5vsknk084sn02q',
    5,
    null,
    { $gt: '' },
    ['tx_01h455vb4pex5vsknk084sn02q'],
  ])('%p is no id of a transaction', (value) => {
    expect(isIdOf('tx', value)).toBe(false);
  });

  it('are well formed as the specification has it', () => {
    expect(isIdOf('tx', 'tx_01h455vb4pex5vsknk084sn02q')).toBe(true);
    expect(isIdOf('tx', 'tx_7zzzzzzzzzzzzzzzzzzzzzzzzz')).toBe(true);
  });
});
