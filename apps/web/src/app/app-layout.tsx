import { Outlet, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { organisationOf, useSession } from "../features/session/session.js";
import { Elsewhere } from "../features/organisations/elsewhere.js";
import { InvitationsAbove } from "../features/organisations/invitations.js";
import { Services } from "./services.js";
import { Shell } from "./shell.js";

/** Everything that needs a signed-in person. */
export function AppLayout() {
  const session = useSession();
  const navigate = useNavigate();
  const userId = session?.user.id;
  useEffect(() => {
    if (!userId) void navigate({ to: "/sign-in" });
  }, [userId, navigate]);
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
