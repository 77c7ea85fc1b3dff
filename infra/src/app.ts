import { App, type AppProps, Tags, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { HttpApiStack } from "./http-api-stack.js";
import { QueuesStack } from "./queues-stack.js";
import { SecretsStack } from "./secrets-stack.js";
import { TrainingStack } from "./training-stack.js";
import { WorkflowsStack } from "./workflows-stack.js";

export interface AppOptions extends AppProps {
  /** The folder that bundle() has filled. */
  readonly code: string;
}

/** The CDK app: stacks by lifecycle, checked by cdk-nag when it is synthesised. */
export function buildApp({ code, ...props }: AppOptions): App {
  const app = new App(props);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  Tags.of(app).add("project", "longhaul");
  const { secrets } = new SecretsStack(app, "LonghaulSecrets", {
    description: "Longhaul: credentials of Postgres and Supabase. Outlives every deployment.",
  });
  const training = new TrainingStack(app, "LonghaulTraining", {
    description: "Longhaul: texts, models and the image of training jobs. Outlives every deployment.",
  });
  const queues = new QueuesStack(app, "LonghaulQueues", {
    description: "Longhaul: topics and queues of runs, and who is told when something needs a person.",
  });
  new WorkflowsStack(app, "LonghaulWorkflows", {
    description: "Longhaul: step functions, state machines and what starts them.",
    code,
    secrets,
    queues,
    training,
  });
  new HttpApiStack(app, "LonghaulHttpApi", {
    description: "Longhaul: the plain HTTP paths of the API behind API Gateway, for those who want it.",
    code,
    alarms: queues.alarms,
  });
  return app;
}
