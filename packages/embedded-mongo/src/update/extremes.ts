import { compareValues } from '../bson/compare.js';
import type { ModifierOperator } from './modifier.js';

/** Keeps the lesser value, compared across types. */
export const min: ModifierOperator = (value) => ({
  creates: true,
  apply: (current) => (current === undefined || compareValues(value, current) < 0 ? value : current),
});

/** Keeps the greater value, compared across types. */
export const max: ModifierOperator = (value) => ({
  creates: true,
  apply: (current) => (current === undefined || compareValues(value, current) > 0 ? value : current),
});
