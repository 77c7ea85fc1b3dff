import type { Place, Subject } from "../../engine/subject.js";
import { openWritePath } from "../write-path.js";

/** Writes of all runs that are under way go together where they meet, as in one process that works on many. */
export const open = (place: Place): Promise<Subject> => openWritePath(place, 1);
