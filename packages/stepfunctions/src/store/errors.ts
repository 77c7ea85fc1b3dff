/** The data folder belongs to another process that is alive. */
export class DataDirectoryInUseError extends Error {
  constructor(directory: string, pid: number) {
    super(
      `The data folder ${directory} is in use by another process (pid ${pid}). Stop it, or choose another folder.`,
    );
    this.name = "DataDirectoryInUseError";
  }
}

/** The data folder was written by a version of the engine that keeps its data otherwise. */
export class DataDirectoryFormatError extends Error {
  constructor(directory: string, format: unknown, readable: number) {
    super(
      `The data folder ${directory} was written by another version of Step Functions (format ${String(format)}; this one reads format ${readable}). Move it away to start with an empty one, or go on with the version that wrote it.`,
    );
    this.name = "DataDirectoryFormatError";
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

/** The data folder could not be written: what was to be written may be lost, and nothing more is written. */
export class DataDirectoryWriteError extends Error {
  /** The file system's word for it. */
  readonly code: string | undefined;

  constructor(directory: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(
      code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG"
        ? `The disk of the data folder ${directory} is full. Make room and start again: what was acknowledged is there.`
        : `The data folder ${directory} could not be written (${message}). Mend that and start again: what was acknowledged is there.`,
      { cause },
    );
    this.name = "DataDirectoryWriteError";
    this.code = typeof code === "string" ? code : undefined;
  }
}
