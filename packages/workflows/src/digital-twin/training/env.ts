import { stepEnvironment } from "@longhaul/kit/step";
import { z } from "zod";

const said = (what: string) => z.string(what).min(1, what);

const schema = z.object({
  TRAINING_BUCKET: said("TRAINING_BUCKET must name the bucket for texts and models."),
  TRAINING_ROLE_ARN: said("TRAINING_ROLE_ARN must name the role that SageMaker takes on."),
  TRAINING_IMAGE: said("TRAINING_IMAGE must name the image of the trainer."),
});
const bucketSchema = schema.pick({ TRAINING_BUCKET: true });

type Variables = Readonly<Record<string, string | undefined>>;

/** What starts training jobs needs. AWS's clients read theirs themselves. @throws as {@link stepEnvironment} */
export function trainingEnv(variables: Variables = process.env): z.infer<typeof schema> {
  return stepEnvironment(schema, variables);
}

/** What reads texts and models needs. @throws as {@link stepEnvironment} */
export function bucketEnv(variables: Variables = process.env): z.infer<typeof bucketSchema> {
  return stepEnvironment(bucketSchema, variables);
}
