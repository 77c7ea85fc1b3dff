/** A path does not lead to a value in its document. The message is that of Jayway JsonPath, which AWS passes on. */
export class PathMiss extends Error {
  constructor(
    message: string,
    /** `outside`: an array is there, but shorter. `misused`: something is there, but not what the path asks for. */
    readonly kind: "absent" | "outside" | "misused",
  ) {
    super(message);
    this.name = "PathMiss";
  }
}
