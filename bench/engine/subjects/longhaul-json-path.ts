import type { Place } from "../subject.js";
import { openLonghaul, survive } from "./longhaul.js";
import { jsonPath } from "./machines.js";

export const open = (place: Place) => openLonghaul(place, jsonPath);
export { survive };
