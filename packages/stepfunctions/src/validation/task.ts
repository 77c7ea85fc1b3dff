import { isObject } from "../json.js";
import { checkParameters, type Integration, readResource } from "./resources.js";
import type { Check, Json, Site } from "./shape.js";
import { template } from "./templates.js";
import { hasType } from "./values.js";

const UNRECOGNISED =
  "is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.";

export const resource: Check = (value, at, site) => {
  if (!hasType("STRING", value, at, site)) return;
  const arn = value as string;
  if (!/^arn:[^:]*:[^:]+:[^:]*:[^:]*:.+/.test(arn))
    return site.findings.error(at, "Value is not a valid resource ARN");
  const called = readResource(arn);
  if (called === undefined) return site.findings.error(at, `The resource provided ${arn} ${UNRECOGNISED}`);
  if (!site.express) return;
  if (called.kind === "activity")
    site.findings.error(at, "Express state machine does not support Activity ARN");
  if (called.kind !== "integration" || called.pattern === "request") return;
  const name = called.pattern === "waitForTaskToken" ? ".waitForTaskToken" : ".sync";
  // The blank at the end is AWS's.
  site.findings.error(at, `Express state machine does not support '${name}' service integration `);
};

export const credentials: Check = (value, at, site) => {
  if (site.language === "JSONata" && typeof value === "string") return template()(value, at, site);
  if (!hasType("OBJECT", value, at, site)) return;
  const given = value as Json;
  if (
    !Object.hasOwn(given, "RoleArn") &&
    !(site.language === "JSONPath" && Object.hasOwn(given, "RoleArn.$"))
  )
    site.findings.error(at, "The field 'RoleArn' is required but was missing");
  template()(value, at, site);
};

/** What a Task's fields must be together: the call's parameters, its timeouts, its role. */
export function checkTask(state: Json, at: string, site: Site): void {
  const arn = typeof state.Resource === "string" ? state.Resource : "";
  const called = readResource(arn);
  if (called?.kind === "activity" && Object.hasOwn(state, "Credentials"))
    site.findings.error(`${at}/Credentials`, "The field 'Credentials' is not supported for activities");
  if (called?.kind === "integration") checkCall(state, called, at, site);
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === "number" && typeof heartbeat === "number" && heartbeat >= timeout)
    site.findings.error(`${at}/HeartbeatSeconds`, "HeartbeatSeconds must be smaller than TimeoutSeconds");
}

function checkCall(state: Json, { service, action }: Integration, at: string, site: Site): void {
  const field = site.language === "JSONata" ? "Arguments" : "Parameters";
  if (!Object.hasOwn(state, field))
    return site.findings.error(
      `${at}/Resource`,
      `${field} field is required for resource ARN: ${String(state.Resource)}`,
    );
  const given = state[field];
  if (!isObject(given)) return;
  const { missing, unknown } = checkParameters(service, action, Object.keys(given));
  for (const name of missing)
    site.findings.error(`${at}/${field}`, `The field '${name}' is required but was missing`);
  for (const name of unknown)
    site.findings.error(`${at}/${field}`, `The field "${name}" is not supported by Step Functions`);
}
