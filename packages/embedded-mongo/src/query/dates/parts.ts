const DAY_MS = 86_400_000;

/** 1 for the first of January. */
export function dayOfYear(local: Date): number {
  const start = new Date(local.getTime());
  start.setUTCMonth(0, 1);
  return Math.round((local.getTime() - start.getTime()) / DAY_MS) + 1;
}

/** The number of Sundays since the beginning of the year. */
export function weekOfYear(local: Date): number {
  return Math.floor((dayOfYear(local) + 6 - local.getUTCDay()) / 7);
}

/** 1 for Monday to 7 for Sunday. */
export function isoDay(local: Date): number {
  return ((local.getUTCDay() + 6) % 7) + 1;
}

/** The week by ISO 8601, and the year that it belongs to: that of its Thursday. */
export function isoWeek(local: Date): { readonly week: number; readonly year: number } {
  const thursday = new Date(local.getTime() + (4 - isoDay(local)) * DAY_MS);
  return { week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1, year: thursday.getUTCFullYear() };
}
