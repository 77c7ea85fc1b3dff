/** The data folder belongs to another process that is alive. */
export class DataDirectoryInUseError extends Error {
  constructor(directory: string, pid: number) {
    super(
      `The data folder ${directory} is in use by another process (pid ${pid}). Stop it, or choose another folder.`,
    );
    this.name = "DataDirectoryInUseError";
  }
}

/** The data folder holds something that was not written by this engine, or was damaged since. */
export class DataDirectoryDamagedError extends Error {
  constructor(directory: string, what: string) {
    super(
      `The data folder ${directory} is damaged: ${what}. Restore it from a copy, or move it away to start with an empty one.`,
    );
    this.name = "DataDirectoryDamagedError";
  }
}
