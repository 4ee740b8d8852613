/** A text as it is stored: composed (NFC), without blanks at either end. */
export function tidyText(text: string): string {
  return text.normalize('NFC').trim();
}

/**
 * What two names are compared by: equal keys, same name. Follows NFKC case folding: full-width and other compatible
 * forms, case (also `ß` and `SS`, `ς` and `σ`), outer blanks and characters that cannot be seen make no difference. An
 * empty key means that nothing of the name can be seen.
 */
export function nameKey(name: string): string {
  // The second round catches letters whose capital is one letter and its lower case two: ẞ, ß, ss.
  return foldCase(foldCase(name)).normalize('NFKC').trim();
}

/**
 * What is wrong with a text that a person gave, as a sentence for the field; null when nothing is. Refused: control
 * characters, halves of surrogate pairs (no UTF-8 can hold them), more than `max` characters (code points).
 */
export function textFault(text: string, max: number): string | null {
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return 'must not hold control characters or broken characters';
  return [...text].length > max ? `must be at most ${max} characters` : null;
}

/** Like `textFault`, for a name: 1 to `max` characters of which at least one can be seen. */
export function nameFault(name: string, max: number): string | null {
  return nameKey(name) === '' ? 'must not be blank' : textFault(name, max);
}

// JavaScript has no case folding: up and down again joins what lower case alone leaves apart (ß and ss, ς and σ).
function foldCase(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase();
}
