import { FatalError } from "../step/errors.js";
import type { StepConnections } from "../step/step.js";

/** Of a step that may use none. */
export function noConnections(): StepConnections {
  return {
    accessToken: () => {
      const sentence = "Connections are not set up here, or the step does not declare that it uses them.";
      return Promise.reject(new FatalError(sentence, { code: "CONNECTIONS_NOT_SET_UP" }));
    },
  };
}
