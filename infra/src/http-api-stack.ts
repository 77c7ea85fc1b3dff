import { authorizer } from "@longhaul/functions/manifest";
import { CfnOutput, CfnParameter, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnVpcLink,
  HttpApi,
  HttpConnectionType,
  HttpIntegrationType,
  HttpMethod,
  type HttpRouteIntegrationBindOptions,
  type HttpRouteIntegrationConfig,
  HttpRouteIntegration,
  HttpStage,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Alarms } from "./alarms.js";
import { HouseFunction, logRetention } from "./house-function.js";

export interface HttpApiStackProps extends StackProps {
  /** The folder that bundle() has filled. */
  readonly code: string;
  readonly alarms: Alarms;
}

/**
 * Requests a second that all callers may send together, and how many at once. The API itself limits each person.
 */
const throttle = { rateLimit: 200, burstLimit: 400 };

/** How long the authorizer's answer for a token holds; a token may outlive its end by as much here, and not at the API. */
const answerHolds = Duration.minutes(1);

/**
 * The paths that go through it. Not /trpc, nor the dashboard: a gateway ends each request after 30 seconds, and live
 * connections are to go past it to the load balancer.
 */
const paths = [
  { path: "/api/{proxy+}", methods: [HttpMethod.ANY] },
  { path: "/process", methods: [HttpMethod.POST] },
];

/** Says who asked for what and how it went; neither the token nor what was sent. */
const accessLog = {
  requestId: "$context.requestId",
  time: "$context.requestTime",
  method: "$context.httpMethod",
  path: "$context.path",
  route: "$context.routeKey",
  status: "$context.status",
  latencyMs: "$context.responseLatency",
  bytes: "$context.responseLength",
  address: "$context.identity.sourceIp",
  user: "$context.authorizer.userId",
  organisation: "$context.authorizer.organisationId",
  authorizer: "$context.authorizer.error",
  failure: "$context.integrationErrorMessage",
};

/** Hands a request on to a listener of the API's load balancer, which has no address on the internet. */
class ListenerIntegration extends HttpRouteIntegration {
  readonly #target: { readonly listenerArn: string; readonly linkId: string };

  constructor(id: string, target: { listenerArn: string; linkId: string }) {
    super(id);
    this.#target = target;
  }

  override bind(_options: HttpRouteIntegrationBindOptions): HttpRouteIntegrationConfig {
    return {
      type: HttpIntegrationType.HTTP_PROXY,
      method: HttpMethod.ANY,
      uri: this.#target.listenerArn,
      connectionType: HttpConnectionType.VPC_LINK,
      connectionId: this.#target.linkId,
      payloadFormatVersion: PayloadFormatVersion.VERSION_1_0,
    };
  }
}

/** API Gateway before the plain HTTP paths of the API, with a Lambda authorizer and a way into the VPC. */
export class HttpApiStack extends Stack {
  constructor(scope: Construct, id: string, props: HttpApiStackProps) {
    super(scope, id, props);
    const api = new HttpApi(this, "Api", {
      apiName: "longhaul",
      description: "The plain HTTP paths of Longhaul's API.",
      createDefaultStage: false,
    });
    const target = this.#target();
    const integration = new ListenerIntegration("Listener", target);
    const guard = this.#authorizer(props.code);
    for (const route of paths) api.addRoutes({ ...route, integration, authorizer: guard });
    this.#stage(api);
    props.alarms.when(this, api.metricServerError({ period: Duration.minutes(5), statistic: "Sum" }), {
      name: "longhaul-http-api-fails",
      description: "The HTTP API answers with errors of its own: its load balancer or the authorizer fails.",
      threshold: 5,
      periods: 2,
    });
  }

  /** The listener, and a link into the VPC where its load balancer is. */
  #target(): { listenerArn: string; linkId: string } {
    const listener = new CfnParameter(this, "ListenerArn", {
      description: "The HTTPS or HTTP listener of the API's internal Application Load Balancer.",
      allowedPattern: "arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:listener/app/.+",
    });
    const subnets = new CfnParameter(this, "SubnetIds", {
      type: "List<AWS::EC2::Subnet::Id>",
      description: "Private subnets from which the load balancer is reached.",
    });
    const groups = new CfnParameter(this, "SecurityGroupIds", {
      type: "List<AWS::EC2::SecurityGroup::Id>",
      description: "Security groups that the load balancer lets in, at its listener's port.",
    });
    const link = new CfnVpcLink(this, "Link", {
      name: "longhaul",
      subnetIds: subnets.valueAsList,
      securityGroupIds: groups.valueAsList,
    });
    return { listenerArn: listener.valueAsString, linkId: link.ref };
  }

  #authorizer(code: string): HttpLambdaAuthorizer {
    const supabaseUrl = new CfnParameter(this, "SupabaseUrl", {
      description: "The Supabase project whose tokens are taken, e.g. https://abc.supabase.co.",
      allowedPattern: "https://[^/ ]+",
    });
    const house = new HouseFunction(this, authorizer.name, {
      spec: authorizer,
      code,
      environment: { SUPABASE_URL: supabaseUrl.valueAsString },
      secrets: [],
    });
    return new HttpLambdaAuthorizer("Authorizer", house.function, {
      authorizerName: authorizer.name,
      identitySource: ["$request.header.Authorization"],
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      resultsCacheTtl: answerHolds,
    });
  }

  #stage(api: HttpApi): void {
    const logGroup = new LogGroup(this, "AccessLog", {
      logGroupName: "/aws/apigateway/longhaul",
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, "Stage", {
      httpApi: api,
      stageName: "$default",
      autoDeploy: true,
      throttle,
      detailedMetricsEnabled: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(accessLog)),
      },
    });
    new CfnOutput(this, "Address", { value: stage.url, description: "Where the HTTP API answers" });
  }
}
