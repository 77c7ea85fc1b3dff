/** Loads a step's handler when it is needed: a function that runs one step loads no other's libraries. */
export const handlers = {
  "data-import": {
    ProcessData: () => import("./data-import/steps/process-data.handler.js"),
    SendNotification: () => import("./data-import/steps/send-notification.handler.js"),
  },
  "query-run": {
    Render: () => import("./query-run/steps/render.handler.js"),
    Submit: () => import("./query-run/steps/submit.handler.js"),
    Poll: () => import("./query-run/steps/poll.handler.js"),
    Fetch: () => import("./query-run/steps/fetch.handler.js"),
    Store: () => import("./query-run/steps/store.handler.js"),
    CancelQuery: () => import("./query-run/steps/cancel-query.handler.js"),
  },
  "digital-twin": {
    ValidateInput: () => import("./digital-twin/steps/validate-input.handler.js"),
    StartTrainingJob: () => import("./digital-twin/steps/start-training-job.handler.js"),
    CheckTrainingStatus: () => import("./digital-twin/steps/check-training-status.handler.js"),
    UpdateStatusToActive: () => import("./digital-twin/steps/update-status-to-active.handler.js"),
    HandleFailure: () => import("./digital-twin/steps/handle-failure.handler.js"),
    StopTrainingJob: () => import("./digital-twin/steps/stop-training-job.handler.js"),
  },
  "twin-answer": {
    FindPassages: () => import("./twin-answer/steps/find-passages.handler.js"),
    AnswerQuestion: () => import("./twin-answer/steps/answer-question.handler.js"),
  },
  "twin-removal": {
    RemoveArtifacts: () => import("./twin-removal/steps/remove-artifacts.handler.js"),
  },
  campaign: {
    Prepare: () => import("./campaign/steps/prepare.handler.js"),
    WriteDraft: () => import("./campaign/steps/write-draft.handler.js"),
    React: () => import("./campaign/steps/react.handler.js"),
    SendMessages: () => import("./campaign/steps/send-messages.handler.js"),
    SumUp: () => import("./campaign/steps/sum-up.handler.js"),
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
