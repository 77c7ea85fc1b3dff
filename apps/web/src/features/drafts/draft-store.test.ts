import { describe, expect, it } from "vitest";
import { type DraftStorage, draftKey, forgetDrafts, keepDraft, keptDraft } from "./draft-store.js";

/** A tab's storage, with room for so many characters in one entry. */
function storageOf(entries: Record<string, string> = {}, room = Number.POSITIVE_INFINITY) {
  const kept = new Map(Object.entries(entries));
  const storage: DraftStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > room) throw new DOMException("No room.", "QuotaExceededError");
      kept.set(key, value);
    },
    removeItem: (key) => void kept.delete(key),
    key: (place) => [...kept.keys()][place] ?? null,
    get length() {
      return kept.size;
    },
  };
  return { kept, storage, open: () => storage };
}

const ada = { userId: "ada", organisationId: "engines" };
const key = draftKey(ada, "invitation");

describe("a draft", () => {
  it("is there again for whoever wrote it, and for nobody else", () => {
    const { open } = storageOf();
    keepDraft(open, key, { email: "grace@exa" });
    expect(keptDraft(open, key)).toEqual({ email: "grace@exa" });
    expect(keptDraft(open, draftKey({ ...ada, userId: "grace" }, "invitation"))).toBeUndefined();
    expect(keptDraft(open, draftKey({ ...ada, organisationId: "looms" }, "invitation"))).toBeUndefined();
    expect(keptDraft(open, draftKey(ada, "start storybook"))).toBeUndefined();
  });

  it("is gone once it is sent", () => {
    const { kept, open } = storageOf();
    keepDraft(open, key, "half");
    keepDraft(open, key, undefined);
    expect(kept.size).toBe(0);
  });

  it("is gone at sign-out with all others, and nothing else is", () => {
    const { kept, open } = storageOf({ "longhaul.session": "{}" });
    for (const form of ["invitation", "schedule new", "start storybook"])
      keepDraft(open, draftKey(ada, form), form);
    keepDraft(open, draftKey({ userId: "grace", organisationId: null }, "invitation"), "half");
    expect(kept.size).toBe(5);
    forgetDrafts(open);
    expect([...kept.keys()]).toEqual(["longhaul.session"]);
  });

  it("is none where what was kept cannot be read", () => {
    const { open } = storageOf({ [key]: "{half" });
    expect(keptDraft(open, key)).toBeUndefined();
  });

  it("does not come back in an older form where there was no room for the newer", () => {
    const { open } = storageOf({}, 10);
    keepDraft(open, key, "short");
    keepDraft(open, key, "too long for this");
    expect(keptDraft(open, key)).toBeUndefined();
  });

  it("stays unwritten where storage is forbidden", () => {
    const forbidden = () => {
      throw new DOMException("Forbidden.", "SecurityError");
    };
    const { storage } = storageOf();
    const none = { ...storage, getItem: forbidden, setItem: forbidden, removeItem: forbidden };
    for (const open of [() => none, forbidden]) {
      expect(() => keepDraft(open, key, "half")).not.toThrow();
      expect(keptDraft(open, key)).toBeUndefined();
      expect(() => forgetDrafts(open)).not.toThrow();
    }
  });
});
