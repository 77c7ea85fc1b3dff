import type { Place } from "../subject.js";
import { openLonghaul } from "./longhaul.js";
import { jsonataObject } from "./machines.js";

export const open = (place: Place) => openLonghaul(place, jsonataObject);
