/** Which part of a list is asked for. */
export interface Slice {
  /** How many come before it. */
  readonly skip: number;
  readonly page_size: number;
}
