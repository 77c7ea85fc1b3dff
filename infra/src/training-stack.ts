import { Aws, CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { Repository } from "aws-cdk-lib/aws-ecr";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { acknowledge, acknowledgeWildcards } from "./acknowledge.js";

/** Jobs of ours have this before the run's id. */
const jobs = "longhaul-*";

/** What training jobs read, write and run: it outlives the functions that start them. */
export class TrainingStack extends Stack {
  readonly #bucket: Bucket;
  readonly #role: Role;
  readonly #image: Repository;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    this.#bucket = new Bucket(this, "Training", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(this.#bucket, {
      "AwsSolutions-S1":
        "Who reads texts and models is known from CloudTrail's data events where they are wanted.",
    });
    this.#image = new Repository(this, "Trainer", {
      repositoryName: "longhaul-twin-trainer",
      imageScanOnPush: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.#role = new Role(this, "TrainingRole", {
      assumedBy: new ServicePrincipal("sagemaker.amazonaws.com"),
      description: "What a training job may do: read its texts, write its model, and say what it does.",
    });
    this.#allow(["s3:GetObject", "s3:PutObject"], this.#bucket.arnForObjects("*"));
    this.#allow(["s3:ListBucket"], this.#bucket.bucketArn);
    this.#image.grantPull(this.#role);
    const logs = { service: "logs", resource: "log-group", resourceName: "/aws/sagemaker/TrainingJobs:*" };
    this.#role.addToPolicy(
      new PolicyStatement({
        actions: [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:PutLogEvents",
          "logs:DescribeLogStreams",
        ],
        resources: [
          `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${logs.resource}:${logs.resourceName}`,
        ],
      }),
    );
    const logGroup = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group";
    acknowledge(this.#role, {
      "AwsSolutions-IAM5[Resource::<Training1DBE9C16.Arn>/*]": "The bucket is for training and nothing else.",
      "AwsSolutions-IAM5[Resource::*]": "ecr:GetAuthorizationToken takes no resource.",
      [`AwsSolutions-IAM5[Resource::${logGroup}:/aws/sagemaker/TrainingJobs:*]`]:
        "A stream is named by its job.",
    });
    new CfnOutput(this, "TrainerImage", {
      value: this.#image.repositoryUri,
      description: "Where the image of the trainer is pushed to, see docs/digital-twins.md",
    });
  }

  /** What steps with the permission "training" find in their environment. */
  get settings(): Record<string, string> {
    return {
      TRAINING_BUCKET: this.#bucket.bucketName,
      TRAINING_ROLE_ARN: this.#role.roleArn,
      TRAINING_IMAGE: `${this.#image.repositoryUri}:latest`,
    };
  }

  /** Lets a step start, follow and stop our jobs, and keep their texts and models. */
  grantTraining(role: Role): void {
    const job = Stack.of(role).formatArn({
      service: "sagemaker",
      resource: "training-job",
      resourceName: jobs,
    });
    const actions = ["CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob"];
    role.addToPolicy(
      new PolicyStatement({ actions: actions.map((action) => `sagemaker:${action}`), resources: [job] }),
    );
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ["iam:PassRole"],
        resources: [this.#role.roleArn],
        conditions: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
      }),
    );
    const objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
    role.addToPolicy(new PolicyStatement({ actions: objects, resources: [this.#bucket.arnForObjects("*")] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ["s3:ListBucket"], resources: [this.#bucket.bucketArn] }),
    );
    const ours = "Jobs are named by their run, and objects by organisation and twin: all of them are ours.";
    acknowledgeWildcards(role, "sagemaker", { [`training-job/${jobs}`]: ours });
    const objectsOf = "LonghaulTraining:ExportsOutputFnGetAttTraining1DBE9C16Arn863F5C88/*";
    acknowledge(role, { [`AwsSolutions-IAM5[Resource::${objectsOf}]`]: ours });
  }

  #allow(actions: string[], resource: string): void {
    this.#role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
  }
}
