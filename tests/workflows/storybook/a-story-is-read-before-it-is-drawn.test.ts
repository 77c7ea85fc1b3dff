import { machines } from "@longhaul/workflows/machines";
import { expect, it } from "vitest";
import { type ApprovalPayload, openRun, runStart } from "../../kit/scripted-run.js";

const id = "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21";
const madeBy = { maker: "offline", model: "grammar", note: null };
const page = (text: string) => ({ text, illustration: `A picture of: ${text}` });
const written = { title: "The Sun", pages: ["one", "two", "three", "four"].map(page), madeBy };
const seen = { summary: "A sun.", elements: [], colours: [], mood: "calm" };
const steps = {
  Vision: () => ({ ...seen, drawingArtifactId: id, cutoutArtifactId: id, madeBy }),
  Story: () => written,
  DrawPage: () => ({ artifactId: id }),
  RecordPage: () => ({ artifactId: id }),
  Video: () => ({ artifactId: id }),
};
const day = 86_400_000;

async function make(
  reviewStory: boolean,
  approvals?: (
    payload: ApprovalPayload,
    send: (token: string, answer: unknown) => Promise<unknown>,
  ) => unknown,
) {
  await using run = await openRun(machines.storybook, steps, approvals ? { approvals } : {});
  const done = await run.attempt({ drawing: id, childName: "Mia", pages: 4, reviewStory });
  expect(done.status, done.cause).toBe("SUCCEEDED");
  const given = (state: string) =>
    run.calls.filter((call) => call.state === state).map(({ input }) => input as Record<string, unknown>);
  return { ...done, drawn: given("DrawPage").map((input) => input["page"]), film: given("Video")[0] };
}

it("asks nobody where nobody wants to read it", async () => {
  const { output, drawn, duration } = await make(false, () => expect.fail("Somebody was asked."));
  expect(output).toMatchObject({ story: written });
  expect(drawn).toEqual(written.pages);
  expect(duration).toBe(0);
});

it("is drawn, read and told as the reader left it", async () => {
  const asked: ApprovalPayload[] = [];
  const edited = { ...written, title: "The Moon", pages: ["1", "2", "3", "4", "5"].map(page) };
  const { output, drawn, film } = await make(true, async (payload, send) => {
    asked.push(payload);
    const decidedAt = new Date(Date.parse(runStart)).toISOString();
    const answer = { decision: edited, decidedBy: { id: "u-1", name: "Ada" }, decidedAt, byDefault: false };
    if (payload.token) await send(payload.token, answer);
  });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    state: "ReviewStory",
    stage: "story",
    approval: { role: "operator", details: { story: written } },
  });
  expect(output).toMatchObject({ story: edited });
  expect(drawn).toEqual(edited.pages);
  expect(film).toMatchObject({ story: edited });
});

it("goes on as it was written when nobody has read it for a day", async () => {
  const { output, duration } = await make(true, (payload) =>
    payload.expire
      ? { decision: null, decidedBy: null, decidedAt: new Date(Date.parse(runStart) + day), byDefault: true }
      : null,
  );
  expect(output).toMatchObject({ story: written });
  expect(duration).toBe(day);
});
