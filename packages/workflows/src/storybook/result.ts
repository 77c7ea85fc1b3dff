import { z } from "zod";

/** The services that can make a part of a book. "offline" is this machine itself, without any model. */
const makers = ["offline", "amazon-bedrock", "amazon-polly", "openai-compatible"] as const;

/** Who made a part of the book; shown beside it, so that nobody takes a grammar for a language model. */
export const madeBySchema = z.object({
  maker: z.enum(makers),
  /** The model or voice; for "offline" the engine, e.g. "flite, voice slt". */
  model: z.string().max(200),
  /** What a person should know about it, as a sentence; null when there is nothing to say. */
  note: z.string().max(300).nullable(),
});
export type MadeBy = z.infer<typeof madeBySchema>;

export const colourSchema = z.object({
  /** In words, e.g. "light blue". */
  name: z.string().min(1).max(40),
  hex: z.string().regex(/^#[0-9a-f]{6}$/),
  /** Share of what is drawn, 0 to 1; the paper is no part of it. */
  share: z.number().min(0).max(1),
});
export type Colour = z.infer<typeof colourSchema>;

const elementSchema = z.object({
  /** What it is as far as can be told, e.g. "round yellow shape" or "cat". */
  name: z.string().min(1).max(80),
  colour: z.string().min(1).max(40),
  /** Where in the drawing, e.g. "top left". */
  where: z.string().min(1).max(40),
  size: z.enum(["small", "medium", "large"]),
  /** What it might be, e.g. "a sun"; null when there is no good guess, or `name` says it already. */
  guess: z.string().max(60).nullable(),
});
export type DrawingElement = z.infer<typeof elementSchema>;

export const moodSchema = z.enum(["cheerful", "calm", "bold", "dreamy", "mysterious"]);
export type Mood = z.infer<typeof moodSchema>;

/** Counted on the pixels, whoever describes the drawing. Shares are 0 to 1. */
const measuresSchema = z.object({
  brightness: z.number().min(0).max(1),
  contrast: z.number().min(0).max(1),
  colourfulness: z.number().min(0).max(1),
  /** Share of pixels that lie on an edge. */
  edges: z.number().min(0).max(1),
  /** Share of the sheet that is bare paper. */
  empty: z.number().min(0).max(1),
  /** Typical width of a line in thousandths of the longer side; null when there are no lines. */
  lineWidth: z.number().min(0).nullable(),
});
export type Measures = z.infer<typeof measuresSchema>;

/** What a story is told from; a caller may write it by hand. */
export const descriptionSchema = z.object({
  /** One to three sentences. */
  summary: z
    .string()
    .trim()
    .min(1)
    .max(600)
    .meta({
      title: "What is in the drawing",
      description: "One to three sentences.",
      examples: ["A red house under a big yellow sun."],
    }),
  elements: z
    .array(elementSchema)
    .max(12)
    .meta({
      title: "Things in the drawing",
      description: "What the story may be about, the most striking first.",
      examples: [[{ name: "sun", colour: "yellow", where: "top left", size: "large", guess: null }]],
    }),
  colours: z
    .array(colourSchema)
    .max(8)
    .meta({
      title: "Colours",
      description: "The most used first.",
      examples: [[{ name: "yellow", hex: "#f5c518", share: 0.6 }]],
    }),
  mood: moodSchema.meta({
    title: "Mood",
    description: "Sets the tone of the story.",
    examples: ["cheerful"],
  }),
});
export type Description = z.infer<typeof descriptionSchema>;

/** The result of Vision. */
export const visionResultSchema = descriptionSchema.extend({
  measures: measuresSchema,
  /** Of the drawing as it was uploaded, upright. */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  format: z.enum(["png", "jpeg", "webp"]),
  /** PNG of the drawing, upright and at most 1,200 pixels long. */
  drawingArtifactId: z.uuid(),
  /** PNG of what is drawn, cut out of its paper. */
  cutoutArtifactId: z.uuid(),
  madeBy: madeBySchema,
});
export type VisionResult = z.infer<typeof visionResultSchema>;

export const minPages = 4;
export const maxPages = 8;

export const storyPageSchema = z.object({
  text: z
    .string()
    .overwrite((text) => text.replaceAll(/\s+/g, " ").trim())
    .min(1)
    .max(600),
  /** What the picture shows, in a sentence. */
  illustration: z.string().trim().min(1).max(500),
});
export type StoryPage = z.infer<typeof storyPageSchema>;

/** The result of Story. An edited story must still be one: it is parsed by this too. */
export const storyResultSchema = z.object({
  title: z.string().trim().min(1).max(120),
  pages: z.array(storyPageSchema).min(minPages).max(maxPages),
  madeBy: madeBySchema,
});
export type StoryResult = z.infer<typeof storyResultSchema>;

/** The result of DrawPage, one for each page. */
export const pictureResultSchema = z.object({
  /** PNG, 1280 by 720. */
  artifactId: z.uuid(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  madeBy: madeBySchema,
});
export type PictureResult = z.infer<typeof pictureResultSchema>;

const cueSchema = z.object({
  from: z.number().min(0),
  to: z.number().min(0),
  start: z.number().int().min(0),
  end: z.number().int().min(0),
});

/** The result of RecordPage, one for each page. */
export const narrationResultSchema = z.object({
  /** WAV, mono. */
  artifactId: z.uuid(),
  seconds: z.number().positive(),
  /** When each sentence is spoken, in seconds from the start of the page, and where in its text it stands. */
  cues: z.array(cueSchema).max(60),
  madeBy: madeBySchema,
});
export type NarrationResult = z.infer<typeof narrationResultSchema>;

const chapterSchema = z.object({
  title: z.string().max(120),
  from: z.number().min(0),
  to: z.number().min(0),
});

/** The result of Video. */
export const videoResultSchema = z.object({
  /** MP4: H.264, AAC, chapters and a subtitle track. */
  artifactId: z.uuid(),
  /** WebVTT, for the track element of a web page. */
  subtitlesArtifactId: z.uuid(),
  /** JPEG of the title page. */
  posterArtifactId: z.uuid(),
  seconds: z.number().positive(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  bytes: z.number().int().positive(),
  chapters: z.array(chapterSchema).max(maxPages + 2),
});
export type VideoResult = z.infer<typeof videoResultSchema>;
export type Chapter = z.infer<typeof chapterSchema>;

/** The result of a whole book. */
export const storybookResultSchema = z.object({
  vision: visionResultSchema,
  story: storyResultSchema,
  /** By page. */
  pictures: z.array(pictureResultSchema).max(maxPages).readonly(),
  narration: z.array(narrationResultSchema).max(maxPages).readonly(),
  video: videoResultSchema,
});
export type StorybookResult = z.infer<typeof storybookResultSchema>;
