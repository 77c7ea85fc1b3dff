import type { z } from "zod";

/** What survives JSON unchanged. */
export type Json = z.core.util.JSONType;
