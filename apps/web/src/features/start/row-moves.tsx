import { ArrowDown, ArrowUp, X } from "lucide-react";
import { Button } from "../../components/ui/button.js";

/** What can be done with a row of a list; undefined where there is nothing to do. */
export interface Moves {
  /** "Stops 2". */
  label: string;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onRemove: (() => void) | undefined;
}

/** The buttons of a row. What stands alone cannot move; of several, all leave the same room for their buttons. */
export function RowMoves({ label, onUp, onDown, onRemove }: Moves) {
  const alone = !onUp && !onDown;
  if (alone && !onRemove) return null;
  const moves = (
    <>
      {onUp ? (
        <Button look="quiet" size="icon" title="Move up" data-move="up" onClick={onUp}>
          <ArrowUp aria-hidden />
          <span className="sr-only">Move {label} up</span>
        </Button>
      ) : (
        room
      )}
      {onDown ? (
        <Button look="quiet" size="icon" title="Move down" data-move="down" onClick={onDown}>
          <ArrowDown aria-hidden />
          <span className="sr-only">Move {label} down</span>
        </Button>
      ) : (
        room
      )}
    </>
  );
  return (
    <div className="flex shrink-0">
      {!alone && moves}
      {onRemove && (
        <Button look="quiet" size="icon" title="Remove" onClick={onRemove}>
          <X aria-hidden />
          <span className="sr-only">Remove {label}</span>
        </Button>
      )}
    </div>
  );
}

const room = <span aria-hidden className="size-8" />;
