import { z } from "zod";

const environment = z
  .object({
    /** Set to run the contract against AWS itself, with the credentials of the environment. */
    AWS_STEPFUNCTIONS_ROLE_ARN: z.string().optional(),
    /** A function there that returns its event. */
    AWS_STEPFUNCTIONS_ECHO_ARN: z.string().optional(),
    AWS_REGION: z.string().default("us-east-1"),
  })
  .parse(process.env);

/** Where the contract runs on AWS: undefined is the usual case, the engine here. */
export const aws =
  environment.AWS_STEPFUNCTIONS_ROLE_ARN === undefined || environment.AWS_STEPFUNCTIONS_ECHO_ARN === undefined
    ? undefined
    : {
        roleArn: environment.AWS_STEPFUNCTIONS_ROLE_ARN,
        echoArn: environment.AWS_STEPFUNCTIONS_ECHO_ARN,
        region: environment.AWS_REGION,
      };
