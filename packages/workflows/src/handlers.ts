/** Loads a step's handler when it is needed: a function that runs one step loads no other's libraries. */
export const handlers = {
  "data-import": {
    ProcessData: () => import("./data-import/steps/process-data.handler.js"),
    SendNotification: () => import("./data-import/steps/send-notification.handler.js"),
  },
  storybook: {
    Vision: () => import("./storybook/steps/vision.handler.js"),
    Story: () => import("./storybook/steps/story.handler.js"),
    DrawPage: () => import("./storybook/steps/draw-page.handler.js"),
    RecordPage: () => import("./storybook/steps/record-page.handler.js"),
    Video: () => import("./storybook/steps/video.handler.js"),
  },
  vision: { Vision: () => import("./storybook/steps/vision.handler.js") },
  story: { Story: () => import("./storybook/steps/story.handler.js") },
  "drawing-story": {
    Vision: () => import("./storybook/steps/vision.handler.js"),
    Story: () => import("./storybook/steps/story.handler.js"),
  },
  simulation: {
    Prepare: () => import("./agents/steps/prepare.handler.js"),
    Speak: () => import("./agents/steps/speak.handler.js"),
    SumUp: () => import("./agents/steps/sum-up.handler.js"),
  },
  panel: {
    Prepare: () => import("./agents/steps/prepare.handler.js"),
    Speak: () => import("./agents/steps/speak.handler.js"),
    SumUp: () => import("./agents/steps/sum-up.handler.js"),
  },
  discussion: {
    Prepare: () => import("./agents/steps/prepare.handler.js"),
    Speak: () => import("./agents/steps/speak.handler.js"),
    SumUp: () => import("./agents/steps/sum-up.handler.js"),
  },
} as const;
