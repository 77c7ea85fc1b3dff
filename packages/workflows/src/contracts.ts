import { dataImport } from "./data-import/contract.js";
import { drawingStory } from "./drawing-story/contract.js";
import { discussion } from "./discussion/contract.js";
import { panel } from "./panel/contract.js";
import { simulation } from "./simulation/contract.js";
import { digitalTwin } from "./digital-twin/contract.js";
import { twinAnswer } from "./twin-answer/contract.js";
import { campaign } from "./campaign/contract.js";
import { twinRemoval } from "./twin-removal/contract.js";
import { queryRun } from "./query-run/contract.js";
import { story } from "./story/contract.js";
import { storybook } from "./storybook/contract.js";
import { vision } from "./vision/contract.js";

/** Every workflow's contract by name. Light: imports zod and the kit's contract helpers only. */
export const contracts = {
  "data-import": dataImport,
  "query-run": queryRun,
  "digital-twin": digitalTwin,
  "twin-answer": twinAnswer,
  "twin-removal": twinRemoval,
  campaign,
  storybook,
  vision,
  story,
  "drawing-story": drawingStory,
  simulation,
  panel,
  discussion,
} as const;

export type WorkflowName = keyof typeof contracts;

export { dataImport, discussion, drawingStory, panel, simulation, story, storybook, vision };
export {
  type Agent,
  agentsField,
  maxAgents,
  maxRounds,
  minAgents,
  type Quantity,
  quantitySchema,
  topicField,
} from "./agents/contract.js";
export {
  type Format,
  type MadeBy as SpokenBy,
  type TalkResult,
  talkResultSchema,
  type Turn,
  turnSchema,
  type Usage,
} from "./agents/result.js";
export type { DiscussionInput } from "./discussion/contract.js";
export type { PanelInput } from "./panel/contract.js";
export type { SimulationInput } from "./simulation/contract.js";
export {
  type DigitalTwinInput,
  documentField as twinDocumentField,
  instanceTypes as twinInstanceTypes,
  maxDocuments as maxTwinDocuments,
  nameField as twinNameField,
} from "./digital-twin/contract.js";
export { campaign, digitalTwin, twinAnswer, twinRemoval };
export { type CampaignInput } from "./campaign/contract.js";
export {
  channelLimits,
  maxDrafts as maxCampaignDrafts,
  maxRecipients as maxCampaignRecipients,
  maxSegments as maxCampaignSegments,
  maxTwins as maxCampaignTwins,
  type MessageText,
  smsText,
  smsUnits,
  textIssues,
} from "./campaign/limits.js";
export { channelOf, reachedBy, type Recipient } from "./campaign/recipients.js";
export {
  type CampaignResult,
  campaignResultSchema,
  type CampaignSummary,
  draftSchema as campaignDraftSchema,
  type Reaction,
  reactionsSchema,
  reviewSchema as campaignReviewSchema,
  type ScorePart,
  type Sending,
  sendingSchema,
  type Tone,
  tones,
  type TriedDraft,
  triedDraftSchema,
} from "./campaign/result.js";
export { type PersonaResult, personaSchema as twinPersonaSchema } from "./digital-twin/result.js";
export { type TwinAnswer, twinAnswerSchema } from "./twin-answer/result.js";
export type { DataImportInput, DataImportOutput } from "./data-import/contract.js";
export type { ColumnProfile, ColumnType, ImportResult, NotificationSummary } from "./data-import/result.js";
export { type QueryRunInput, type QueryRunOutput, timeWindowSchema } from "./query-run/contract.js";
export {
  previewRows,
  type QueryColumn,
  type QueryColumnType,
  type QueryResult,
  queryResultSchema,
} from "./query-run/result.js";
export type { StorybookInput, StorybookOutput } from "./storybook/contract.js";
export {
  type Chapter,
  type Colour,
  type Description,
  type DrawingElement,
  type MadeBy,
  type Mood,
  type NarrationResult,
  narrationResultSchema,
  type PictureResult,
  pictureResultSchema,
  type StoryPage,
  type StoryResult,
  type StorybookResult,
  storybookResultSchema,
  storyResultSchema,
  type VideoResult,
  videoResultSchema,
  type VisionResult,
  visionResultSchema,
} from "./storybook/result.js";
export {
  checkTemplate,
  checkValue,
  maxSqlLength,
  type Parameter,
  type Parameters,
  type ParameterType,
  type ParameterValue,
  type ParameterValues,
  parameterSchema,
  parametersIn,
  parametersSchema,
  parameterValuesSchema,
  type Place,
  placeOfWord,
  type Rendered,
  renderTemplate,
  templateCategories,
  type TemplateCategory,
  type TemplateProblem,
  type TemplateProblemCode,
} from "./query-run/template.js";
