import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { isArray } from '../query/values.js';
import { approximateSize, MemoryBudget } from './memory.js';
import type { NestedPipeline, StageCompiler, StageWork } from './stage.js';
import { Tee } from './tee.js';

/** `$facet`: one document with the results of several pipelines upon the same documents. */
export const facet: StageCompiler = (argument, variables, nest) => {
  if (!(argument instanceof Map) || argument.size === 0) {
    throw new EngineError('Location40169', 'the $facet specification must be a non-empty object');
  }
  const facets = [...argument].map(([name, stages]): [string, NestedPipeline] => {
    checkName(name);
    if (isArray(stages)) return [name, nest('$facet', stages, variables)];
    throw new EngineError('Location40170', `arguments to $facet must be arrays, ${name} is none`);
  });
  return async function* (input, work) {
    const tee = new Tee(input, facets.length);
    const budget = new MemoryBudget('$facet', work.memory);
    try {
      const results = await tee.all((branch, i) => {
        const [, nested] = facets[i] as [string, NestedPipeline];
        return gather(nested, branch, work, budget);
      });
      yield [new Map(facets.map(([name], i): [string, Value] => [name, results[i] as Doc[]]))];
    } finally {
      budget.release();
    }
  };
};

async function gather(
  nested: NestedPipeline,
  branch: AsyncIterable<Doc[]>,
  work: StageWork,
  budget: MemoryBudget,
): Promise<Doc[]> {
  const gathered: Doc[] = [];
  for await (const batch of nested.upon(branch, work)) {
    for (const doc of batch) {
      budget.take(approximateSize(doc));
      gathered.push(doc);
    }
  }
  return gathered;
}

function checkName(name: string): void {
  if (name !== '' && !name.startsWith('$') && !name.includes('.')) return;
  throw new EngineError(
    'FailedToParse',
    `'${name}' is no name for a facet: it must not be empty, begin with '$' or contain '.'`,
  );
}
