/** An error of a running state, in the words of the States language. */
export interface StateError {
  error: string;
  cause?: string;
  /** A second name under which Retry and Catch know it. */
  alias?: string;
}

/** Thrown while a state is evaluated: the state fails with a States.* error name that Retry and Catch may name. */
export class StateFailure extends Error {
  /** Field of the state that failed, for the history; absent where no field is to blame. */
  readonly location: string | undefined;

  constructor(
    readonly error: string,
    message: string,
    options: { location?: string } = {},
  ) {
    super(message);
    this.name = "StateFailure";
    this.location = options.location;
  }
}

/** A JSONata field that has no usable value. */
export function queryFailure(location: string, message: string): StateFailure {
  return new StateFailure("States.QueryEvaluationError", message, { location });
}
