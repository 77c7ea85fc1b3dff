/** A piece of a text that a step is writing: characters from `offset` on of its stream. */
export interface RunText {
  step: string;
  /** Indices of the maps' items that the step runs for, joined by "/"; "" outside of maps. */
  itemPath: string;
  visit: number;
  stream: string;
  offset: number;
  text: string;
}
