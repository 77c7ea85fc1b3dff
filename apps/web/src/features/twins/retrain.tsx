import { RotateCw } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Dialog } from "../../components/ui/dialog.js";
import { TwinForm } from "./twin-form.js";
import type { Twin } from "./twin-state.js";

/** A new version, from what was read and what is added. */
export function Retrain({ twin }: { twin: Twin }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <RotateCw aria-hidden />
        Train again
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`A new version of ${twin.name}`}
        description={
          <p>
            {twin.activeVersion === null
              ? "It answers as soon as it is ready."
              : `Version ${twin.activeVersion} answers until the new one is ready; you can go back to it.`}
          </p>
        }
      >
        <TwinForm twin={twin} submitLabel="Train a new version" onStarted={() => setOpen(false)} />
      </Dialog>
    </>
  );
}
