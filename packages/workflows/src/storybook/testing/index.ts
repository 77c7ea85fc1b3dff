import { silence, wavOf } from "../speech/sound.js";

export { authorOf } from "../author/choose.js";
export { authorEnv } from "../author/env.js";
export { pollyVoice } from "../author/polly.js";
export { analyse as drawingAnalysis } from "../drawing/analyse.js";
export { ffmpeg, findFfmpeg } from "../film/ffmpeg.js";
export { illustrate } from "../steps/draw-page.handler.js";
export { narrate } from "../steps/record-page.handler.js";
export { writeBook } from "../steps/story.handler.js";
export { assemble } from "../steps/video.handler.js";
export { seeDrawing } from "../steps/vision.handler.js";
export { samplePng, sampleSvg } from "./drawings.js";

/** A WAV of so many seconds in which nothing is heard. */
export const silentWav = (seconds: number): Buffer => wavOf(silence(16_000, seconds));
