import type { Run } from "@longhaul/kit";
import { ListRestart } from "lucide-react";
import { type ComponentProps, lazy, Suspense, useState } from "react";
import { Button } from "../../../components/ui/button.js";

const Dialog = lazy(async () => ({ default: (await import("./rerun-from-dialog.js")).RerunFromDialog }));

/** The dialog that asks from which step on, fetched when it is first asked for. */
export function RerunFrom(props: ComponentProps<typeof Dialog>) {
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}

interface RerunFromButtonProps {
  run: Run;
  /** The step that is chosen at first; else the one that failed. */
  step?: string | undefined;
  label: string;
  size?: "small" | "normal";
}

/** Asks from which step on an ended run is to be done anew, and with what changed. */
export function RerunFromButton({ run, step, label, size = "normal" }: RerunFromButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size={size} onClick={() => setOpen(true)}>
        <ListRestart aria-hidden />
        {label}
      </Button>
      {open && <RerunFrom run={run} step={step} onClose={() => setOpen(false)} />}
    </>
  );
}
