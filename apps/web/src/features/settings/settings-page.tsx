import { LogOut } from "lucide-react";
import { Button } from "../../components/ui/button.js";
import { Facts } from "../../components/ui/facts.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { Panel } from "../../components/ui/panel.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { humanize } from "../../lib/format.js";
import { useSignOut } from "../session/use-sign-out.js";
import { LimitsPanel } from "./limits-panel.js";
import { MembersPanel } from "./members-panel.js";
import { OrganisationChoice } from "../organisations/organisation-choice.js";
import { ProfileForm } from "./profile-form.js";
import { useMe } from "./use-me.js";

export function SettingsPage() {
  const { data: me, error, refetch } = useMe();
  const signOut = useSignOut();
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="Settings" />
      {error ? (
        <ProblemView what="Your settings" error={error} retry={() => void refetch()} />
      ) : !me ? (
        <SkeletonLines label="Reading your settings" />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <Panel title="You">
            <ProfileForm me={me} />
          </Panel>
          <Panel title="Organisation">
            {me.organisation ? (
              <div className="grid gap-4">
                <Facts
                  facts={[
                    ["Name", me.organisation.name],
                    ["Your role", humanize(me.organisation.role)],
                  ]}
                />
                {me.organisations.length > 1 && <OrganisationChoice me={me} />}
              </div>
            ) : (
              <p className="text-ink-soft">
                You do not belong to an organisation. An admin of one can invite {me.email}.
              </p>
            )}
          </Panel>
          {me.organisation && <MembersPanel />}
          {me.organisation && <LimitsPanel />}
          <Panel title="Session">
            <div className="flex flex-wrap items-center justify-between gap-3">
              <p className="min-w-0 [overflow-wrap:anywhere]">
                Signed in as <span className="font-medium">{me.email}</span>
              </p>
              <Button onClick={signOut}>
                <LogOut aria-hidden />
                Sign out
              </Button>
            </div>
          </Panel>
        </div>
      )}
    </div>
  );
}
