/** The most marks that one letter may carry: what Unicode calls stream-safe (UAX #15), and more than any language has. */
const MOST_MARKS = 30;

// The two half-width forms are letters that NFKC turns into marks.
const STACKED = new RegExp(`[\\p{M}\\uFF9E\\uFF9F]{${MOST_MARKS + 1}}`, 'u');

/**
 * A text normalized, unless it has a letter with too many marks, which `textFault` refuses: to put marks in order takes
 * time in proportion to the square of their number, minutes for a body full of them.
 */
const normalized = (text: string, form: 'NFC' | 'NFKC'): string =>
  STACKED.test(text) ? text : text.normalize(form);

/** A text as it is stored: composed (NFC), without blanks at either end. */
export function tidyText(text: string): string {
  return normalized(text, 'NFC').trim();
}

/**
 * What two names are compared by: equal keys, same name. Follows NFKC case folding: full-width and other compatible
 * forms, case (also `ß` and `SS`, `ς` and `σ`), outer blanks and characters that cannot be seen make no difference. An
 * empty key means that nothing of the name can be seen.
 */
export function nameKey(name: string): string {
  // The second round catches letters whose capital is one letter and its lower case two: ẞ, ß, ss.
  return normalized(foldCase(foldCase(name)), 'NFKC').trim();
}

/**
 * What is wrong with a text that a person gave, as a sentence for the field; null when nothing is. Refused: control
 * characters, halves of surrogate pairs (no UTF-8 can hold them), letters with more than 30 marks, more than `max` characters (code
 * points).
 */
export function textFault(text: string, max: number): string | null {
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return 'must not hold control characters or broken characters';
  if (STACKED.test(text)) return `must not hold letters with more than ${MOST_MARKS} marks`;
  return [...text].length > max ? `must be at most ${max} characters` : null;
}

/** Like `textFault`, for a name: 1 to `max` characters of which at least one can be seen. */
export function nameFault(name: string, max: number): string | null {
  return nameKey(name) === '' ? 'must not be blank' : textFault(name, max);
}

// JavaScript has no case folding: up and down again joins what lower case alone leaves apart (ß and ss, ς and σ).
function foldCase(text: string): string {
  return normalized(text, 'NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase();
}
