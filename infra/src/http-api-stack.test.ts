import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, Validations } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HttpApiStack } from "./http-api-stack.js";
import { QueuesStack } from "./queues-stack.js";

const { context } = JSON.parse(readFileSync(new URL("../cdk.json", import.meta.url), "utf8")) as {
  context: Record<string, unknown>;
};
const folder = mkdtempSync(path.join(tmpdir(), "longhaul-http-api-"));
afterAll(() => rmSync(folder, { recursive: true }));

let template: Template;
let findings: unknown[];
beforeAll(() => {
  const code = mkdtempSync(path.join(folder, "code-"));
  writeFileSync(path.join(code, "authorizer.mjs"), "export const handler = () => null;\n");
  const outdir = path.join(folder, "out");
  const app = new App({ outdir, context, analyticsReporting: false });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { alarms } = new QueuesStack(app, "Queues", {});
  new HttpApiStack(app, "HttpApi", { code, alarms });
  app.synth();
  const read = (file: string) => JSON.parse(readFileSync(path.join(outdir, file), "utf8"));
  findings = read("validation-report.json").pluginReports.flatMap(
    ({ violations }: { violations?: unknown[] }) => violations ?? [],
  );
  template = Template.fromJSON(read("HttpApi.template.json"));
}, 120_000);

it("passes cdk-nag, and CloudFormation's own rules", () => {
  expect(findings).toEqual([]);
});

it("lets through the plain HTTP paths only, each of them past the authorizer", () => {
  const routes = Object.values(template.findResources("AWS::ApiGatewayV2::Route"));
  expect(routes.map(({ Properties }) => Properties.RouteKey).toSorted()).toEqual([
    "ANY /api/{proxy+}",
    "POST /process",
  ]);
  for (const { Properties } of routes) {
    expect(Properties).toMatchObject({
      AuthorizationType: "CUSTOM",
      AuthorizerId: { Ref: expect.any(String) },
    });
  }
  template.allResourcesProperties("AWS::ApiGatewayV2::Api", { ProtocolType: "HTTP" });
});

it("asks a Lambda authorizer for a simple answer, and keeps it for a minute by the whole header", () => {
  template.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
    AuthorizerType: "REQUEST",
    AuthorizerPayloadFormatVersion: "2.0",
    EnableSimpleResponses: true,
    IdentitySource: ["$request.header.Authorization"],
    AuthorizerResultTtlInSeconds: 60,
  });
  template.hasResourceProperties("AWS::Lambda::Function", {
    FunctionName: "longhaul-authorizer",
    Handler: "authorizer.handler",
    Environment: { Variables: { SUPABASE_URL: { Ref: "SupabaseUrl" } } },
  });
});

it("reaches the API over a link into its VPC", () => {
  template.hasResourceProperties("AWS::ApiGatewayV2::Integration", {
    ConnectionType: "VPC_LINK",
    ConnectionId: { Ref: "Link" },
    IntegrationType: "HTTP_PROXY",
    IntegrationUri: { Ref: "ListenerArn" },
  });
  template.hasResourceProperties("AWS::ApiGatewayV2::VpcLink", {
    SubnetIds: { Ref: "SubnetIds" },
    SecurityGroupIds: { Ref: "SecurityGroupIds" },
  });
});

it("is throttled, and writes an access log that expires and holds no token", () => {
  template.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
    DefaultRouteSettings: Match.objectLike({ ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 }),
    AccessLogSettings: {
      DestinationArn: Match.anyValue(),
      Format: Match.not(Match.stringLikeRegexp("header|Authorization")),
    },
  });
  template.hasResourceProperties("AWS::Logs::LogGroup", {
    LogGroupName: "/aws/apigateway/longhaul",
    RetentionInDays: 30,
  });
});

it("is what was reviewed", () => {
  const text = JSON.stringify(template.toJSON()).replaceAll(/[0-9a-f]{64}\.zip/g, "asset.zip");
  expect(JSON.parse(text)).toMatchSnapshot();
});
