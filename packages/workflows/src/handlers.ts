/** Loads a step's handler when it is needed: a function that runs one step loads no other's libraries. */
export const handlers = {
  "data-import": {
    ProcessData: () => import("./data-import/steps/process-data.handler.js"),
    SendNotification: () => import("./data-import/steps/send-notification.handler.js"),
  },
} as const;
