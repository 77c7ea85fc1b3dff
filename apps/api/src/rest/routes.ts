import { fileRoutes } from "./file-routes.js";
import { formerStarts } from "./former/starts.js";
import { queryRoutes } from "./former/query-routes.js";
import { storyRoutes } from "./former/story-routes.js";
import { jobRoutes } from "./job-routes.js";
import type { Route } from "./route.js";
import { workflowRoutes } from "./workflow-routes.js";

/** Everything that is answered over plain HTTP, in the order in which the reference page shows it. */
export const routes: readonly Route[] = [
  ...workflowRoutes,
  ...jobRoutes,
  ...fileRoutes,
  ...formerStarts,
  ...queryRoutes,
  ...storyRoutes,
];
