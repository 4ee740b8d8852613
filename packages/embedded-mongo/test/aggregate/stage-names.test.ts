import { documentStages } from '../../src/aggregate/document-stages.js';
import { isOutput } from '../../src/aggregate/output.js';
import { isSource } from '../../src/aggregate/source.js';
import { OTHER_STAGES } from '../../src/aggregate/stage-names.js';
import { stages } from '../../src/aggregate/stages.js';

describe('the names of stages', () => {
  it('are those of all stages that there are', () => {
    const known = [...stages.keys()].filter((name) => !documentStages.has(name));
    const others = [...OTHER_STAGES].filter((name) => !isSource(name) && !isOutput(name));
    expect(others.sort()).toEqual(known.sort());
    expect([...OTHER_STAGES].filter(isSource)).toHaveLength(4);
    expect([...OTHER_STAGES].filter(isOutput)).toHaveLength(2);
  });
});
