/** The programs of training images, as the build leaves them, by the image's name without registry and tag. */
export const trainingImages: Readonly<Record<string, URL>> = {
  "longhaul-twin-trainer": new URL("../dist/digital-twin/trainer/main.js", import.meta.url),
};
