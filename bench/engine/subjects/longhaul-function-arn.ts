import type { Place } from "../subject.js";
import { openLonghaul } from "./longhaul.js";
import { functionArn } from "./machines.js";

export const open = (place: Place) => openLonghaul(place, functionArn);
