import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { returnTo } from "../features/session/return-to.js";
import { organisationOf, useSession } from "../features/session/session.js";
import { Elsewhere } from "../features/organisations/elsewhere.js";
import { InvitationsAbove } from "../features/organisations/invitations.js";
import { Services } from "./services.js";
import { Shell } from "./shell.js";

/** Everything that needs a signed-in person. */
export function AppLayout() {
  const session = useSession();
  const router = useRouter();
  const userId = session?.user.id;
  useEffect(() => {
    // A session that has ended by itself, or in another tab, goes on here once there is one again.
    if (userId) return;
    const search = returnTo(router.latestLocation.href);
    void router.navigate({ to: "/sign-in", search, replace: true });
  }, [userId, router]);
  if (!session || !userId) return null;
  return (
    <Services key={`${userId} ${organisationOf(session)}`}>
      <Shell>
        <Elsewhere />
        <InvitationsAbove />
        <Outlet />
      </Shell>
    </Services>
  );
}
