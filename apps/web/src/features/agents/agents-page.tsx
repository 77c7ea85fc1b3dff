import { PageHeader } from "../../components/ui/page-header.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { useMay, useMe } from "../settings/use-me.js";
import { TalkForm } from "./form/talk-form.js";
import { TalkList } from "./talk-list.js";

/** Where agents are set to talk, and where their talks are. */
export function AgentsPage() {
  const me = useMe();
  const mayStart = useMay("operator");
  return (
    <>
      <PageHeader title="Agents" />
      <div className="grid items-start gap-8 @4xl:grid-cols-[minmax(0,1fr)_minmax(0,20rem)]">
        <section aria-labelledby="new-talk" className="grid gap-4">
          <div>
            <h2 id="new-talk" className="text-lg font-semibold">
              A new talk
            </h2>
            <p className="text-ink-soft">
              2 to 25 agents, each with a role and a position, speak one after the other. Every turn is kept,
              so that a talk goes on where it was, whatever happens.
            </p>
          </div>
          {!me.data ? (
            <SkeletonLines label="Reading who you are" count={4} />
          ) : mayStart ? (
            <TalkForm />
          ) : (
            <p className="text-ink-soft">Your role reads talks; an operator starts them.</p>
          )}
        </section>
        <TalkList />
      </div>
    </>
  );
}
