import { isObject } from "../json.js";
import type { Findings } from "./diagnostics.js";
import { processorConfig, processorField, runsExpress } from "./map.js";
import { checkObject, either, type Json, type Shape, shape, type Site } from "./shape.js";
import { checkState } from "./state.js";
import { anything, filledList, hasType, oneOf, text, whole } from "./values.js";
import { MAX_SECONDS } from "../limits.js";

const MEMBERS = { Comment: either(text), StartAt: either(text), States: either(anything) };
const REQUIRED = { required: ["StartAt", "States"] };

const MACHINE = shape(
  {
    ...MEMBERS,
    Version: either(oneOf("1.0")),
    QueryLanguage: either(oneOf("JSONPath", "JSONata")),
    TimeoutSeconds: either(whole(0, MAX_SECONDS)),
  },
  REQUIRED,
);
const BRANCH = shape(MEMBERS, REQUIRED);
const PROCESSOR = shape({ ...MEMBERS, ProcessorConfig: either(processorConfig) }, REQUIRED);

/** What is the same for all states of a definition. */
interface Around {
  definition: Json;
  findings: Findings;
}

/** Checks the form of a definition: every object in it by itself. */
export function checkMachine(definition: Json, express: boolean, findings: Findings): void {
  checkLevel(definition, "", MACHINE, express, { definition, findings });
}

/** Checks one state and those inside it. */
export function checkStateTree(state: unknown, at: string, express: boolean, around: Around): void {
  checkState(state, at, around.definition, { findings: around.findings, express });
  if (!isObject(state)) return;
  const site: Site = { findings: around.findings, language: "JSONPath", express };
  if (state.Type === "Parallel" && Object.hasOwn(state, "Branches"))
    filledList((branch, place) => checkLevel(branch, place, BRANCH, express, around))(
      state.Branches,
      `${at}/Branches`,
      site,
    );
  const field = processorField(state);
  if (state.Type === "Map" && Object.hasOwn(state, field))
    checkLevel(state[field], `${at}/${field}`, PROCESSOR, express || runsExpress(state), around, express);
}

function checkLevel(
  level: unknown,
  at: string,
  form: Shape,
  express: boolean,
  around: Around,
  expressAround: boolean = express,
): void {
  const site: Site = { findings: around.findings, language: "JSONPath", express: expressAround };
  checkObject(level, at || "/", site, form);
  if (!isObject(level) || !Object.hasOwn(level, "States")) return;
  const place = `${at}/States`;
  if (!hasType("OBJECT", level.States, place, site)) return;
  const states = Object.entries(level.States as Json);
  if (states.length === 0) around.findings.error(place, "Value cannot be empty");
  for (const [name, state] of states) {
    checkName(name, `${place}/${name}`, around.findings);
    checkStateTree(state, `${place}/${name}`, express, around);
  }
}

function checkName(name: string, at: string, findings: Findings): void {
  if ([...name.slice(0, 200)].length <= 80 && name !== "") return;
  const why = name === "" ? "is empty" : "exceeds the 80-character limit allowed by the service";
  findings.error(at, `Invalid State name: State '${name}' ${why}`, "INVALID_STATE_NAME");
}
