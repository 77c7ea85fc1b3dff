export type Edge = "all" | "types" | readonly string[];

export interface Room {
  /** Package name, also how others import it. */
  readonly name: string;
  /** Folder from the root of the repository, with forward slashes. */
  readonly folder: string;
  /** Our packages that it may import; whatever is not listed is refused. */
  readonly imports: "all" | Readonly<Record<string, Edge>>;
  /** Third-party packages its sources (not their tests) may import; absent: any. */
  readonly libraries?: readonly string[];
  /** Why the room's walls stand where they do; closes each error about what it imports. */
  readonly why: string;
  /** Why others may not import it; opens each error about somebody importing it. */
  readonly guarded?: string;
}

export interface FileRule {
  readonly files: string;
  readonly except?: readonly string[];
  readonly only?: readonly string[];
  readonly never?: readonly string[];
  readonly why: string;
}

export const rooms: readonly Room[];
export const fileRules: readonly FileRule[];
