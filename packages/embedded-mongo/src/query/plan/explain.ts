import type { Reply } from '../../bson/codec.js';
import { Int32 } from 'bson';
import type { Doc } from '../../bson/types.js';
import { isNatural } from '../../storage/insertion-order.js';
import type { IndexScan } from './candidates.js';
import type { QueryPlan } from './plan.js';

/** What becomes of a plan's rows, as far as an explanation shows it. */
export interface ExplainedShaping {
  readonly filter: Doc;
  readonly sort?: Doc | undefined;
  readonly skip?: number | undefined;
  readonly limit?: number | undefined;
  readonly projection?: Doc | undefined;
  /** Only the number of rows is asked for; `covered` when the index entries alone tell it. */
  readonly counting?: 'covered' | 'fetched' | undefined;
}

/** A plan as the tree of stages that MongoDB's `explain` shows, the last stage outermost. */
export function describePlan(plan: QueryPlan, shaping: ExplainedShaping): Reply {
  let stage = describeAccess(plan, shaping);
  if (!plan.sorted && shaping.sort !== undefined) {
    const kept = (shaping.skip ?? 0) + (shaping.limit ?? 0);
    stage = {
      stage: 'SORT',
      sortPattern: shaping.sort,
      ...(shaping.limit ? { limitAmount: kept } : {}),
      type: 'simple',
      inputStage: stage,
    };
  }
  if (shaping.skip) stage = { stage: 'SKIP', skipAmount: shaping.skip, inputStage: stage };
  if (shaping.limit) stage = { stage: 'LIMIT', limitAmount: shaping.limit, inputStage: stage };
  if (shaping.projection !== undefined) {
    stage = { stage: 'PROJECTION_DEFAULT', transformBy: shaping.projection, inputStage: stage };
  }
  return shaping.counting === undefined ? stage : { stage: 'COUNT', inputStage: stage };
}

function describeAccess(plan: QueryPlan, { filter, sort, counting }: ExplainedShaping): Reply {
  const residual = plan.exact ? {} : { filter };
  if (plan.idKey !== undefined) return { stage: 'IDHACK', ...residual };
  const [first, ...others] = plan.scans;
  if (first === undefined || plan.scans.every((scan) => scan.ranges.length === 0)) return { stage: 'EOF' };
  if (others.length === 0 && isNatural(first.index) && !first.bounded) {
    return { stage: 'COLLSCAN', ...residual, direction: directionOf(first) };
  }
  if (counting === 'covered' && others.length === 0) return { ...describeScan(first), stage: 'COUNT_SCAN' };
  const scans = plan.scans.map(describeScan);
  if (plan.merged) {
    return {
      stage: 'FETCH',
      ...residual,
      inputStage: { stage: 'SORT_MERGE', sortPattern: sort, inputStages: scans },
    };
  }
  const access = others.length === 0 ? (scans[0] as Reply) : { stage: 'OR', inputStages: scans };
  return { stage: 'FETCH', ...residual, inputStage: access };
}

function describeScan(scan: IndexScan): Reply {
  const { index } = scan;
  return {
    stage: 'IXSCAN',
    keyPattern: new Map(index.key.map(([path, direction]) => [path, new Int32(direction)])),
    indexName: index.name,
    isMultiKey: index.multikey,
    isUnique: index.unique,
    isSparse: index.sparse,
    isPartial: index.partialFilter !== undefined,
    indexVersion: 2,
    direction: directionOf(scan),
    ranges: scan.ranges.length,
  };
}

function directionOf(scan: IndexScan): string {
  return scan.reverse ? 'backward' : 'forward';
}
