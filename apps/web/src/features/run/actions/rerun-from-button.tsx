import type { Run } from "@longhaul/kit";
import { ListRestart } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "../../../components/ui/button.js";

const RerunFromDialog = lazy(async () => ({
  default: (await import("./rerun-from-dialog.js")).RerunFromDialog,
}));

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
      {open && (
        <Suspense>
          <RerunFromDialog run={run} step={step} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
