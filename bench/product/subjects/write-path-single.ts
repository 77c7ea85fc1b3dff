import { inFlight, type Place, type Subject } from "../../engine/subject.js";
import { openWritePath } from "../write-path.js";

/** Each write is a transaction of its own over a connection without prepared statements, as in Lambdas behind a pooler. */
export const open = (place: Place): Promise<Subject> => openWritePath(place, inFlight);
