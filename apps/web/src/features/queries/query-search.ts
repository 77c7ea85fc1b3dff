import { templateCategories, type TemplateCategory } from "@longhaul/workflows/contracts";
import { searchText } from "../../lib/search-text.js";

/** What the page of queries is narrowed to, as the URL carries it. */
export interface QuerySearch {
  /** Of the organisation's queries. */
  q?: string;
  /** Of the templates. */
  template?: string;
  category?: TemplateCategory;
}

/** Reads the URL; what is not understood is left out. */
export function parseQuerySearch({ q, template, category }: Record<string, unknown>): QuerySearch {
  const [own, ofTemplates] = [searchText(q), searchText(template)];
  const known = templateCategories.find((one) => one === category);
  return {
    ...(own && { q: own }),
    ...(ofTemplates && { template: ofTemplates }),
    ...(known && { category: known }),
  };
}
