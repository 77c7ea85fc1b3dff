import { CopyButton } from "../../components/ui/copy.js";

/** Where whoever is invited joins; the same for all, and of use to none but them. */
export const joinLink = (): string => `${location.origin}/join`;

/** The link, to be given to somebody by other ways than our mail. `children` stand for it. */
export function JoinLink({ children }: { children: React.ReactNode }) {
  return (
    <CopyButton text={joinLink()} what="the link to join" className="max-w-full text-sm">
      {children}
    </CopyButton>
  );
}
