import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseKeyRing, secretKeyRings } from "./key-ring.js";
import { createSealing } from "./seal.js";

const key = () => randomBytes(32).toString("base64url");
const document = (current: string, keys: Record<string, string>) => JSON.stringify({ current, keys });

/** A secret whose text a test changes, and how often it was read. */
function secret(text: string) {
  const state = { text, reads: 0, now: 0, broken: false };
  const client = {
    send: async () => {
      state.reads += 1;
      if (state.broken) throw new Error("no network");
      return { SecretString: state.text };
    },
  };
  return { state, rings: secretKeyRings(client as never, "keys", () => state.now) };
}

describe("a seal", () => {
  it("gives back what was sealed, for the same purpose only", async () => {
    const sealing = createSealing(secret(document("one", { one: key() })).rings);
    const sealed = await sealing.seal("Atzr|secret", "refresh:1");
    expect(sealed).not.toContain("secret");
    expect(await sealing.open(sealed, "refresh:1")).toBe("Atzr|secret");
    await expect(sealing.open(sealed, "refresh:2")).rejects.toMatchObject({ code: "CONNECTION_UNREADABLE" });
  });

  it("cannot be changed, nor made for another purpose by changing its header", async () => {
    const sealing = createSealing(secret(document("one", { one: key() })).rings);
    const [header = "", ...rest] = (await sealing.seal("token", "refresh:1")).split(".");
    const other = JSON.parse(Buffer.from(header, "base64url").toString()) as Record<string, string>;
    other["purpose"] = "refresh:2";
    const forged = [Buffer.from(JSON.stringify(other)).toString("base64url"), ...rest].join(".");
    for (const text of [forged, "nonsense", `${header}.${rest.join(".")}x`]) {
      await expect(sealing.open(text, "refresh:2")).rejects.toMatchObject({ code: "CONNECTION_UNREADABLE" });
    }
  });

  it("opens with an older key while the current one seals", async () => {
    const [old, young] = [key(), key()];
    const { state, rings } = secret(document("old", { old }));
    const sealing = createSealing(rings);
    const before = await sealing.seal("token", "p");
    state.text = document("young", { old, young });
    state.now += 300_000;
    const after = await sealing.seal("token", "p");
    const keyIds = [before, after].map(
      (sealed) =>
        (JSON.parse(Buffer.from(sealed.split(".")[0] ?? "", "base64url").toString()) as { kid: string }).kid,
    );
    expect(keyIds).toEqual(["old", "young"]);
    expect([await sealing.open(before, "p"), await sealing.open(after, "p")]).toEqual(["token", "token"]);
  });

  it("says that a person has to connect again when its key is gone", async () => {
    const { state, rings } = secret(document("old", { old: key() }));
    const sealing = createSealing(rings);
    const sealed = await sealing.seal("token", "p");
    state.text = document("young", { young: key() });
    state.now += 300_000;
    await expect(sealing.open(sealed, "p")).rejects.toMatchObject({ code: "CONNECTION_UNREADABLE" });
  });
});

describe("the keys", () => {
  it("are read once for a while, and again at once for a key that is not known", async () => {
    const one = key();
    const { state, rings } = secret(document("one", { one }));
    await Promise.all([rings.get(), rings.get()]);
    await rings.get();
    expect(state.reads).toBe(1);
    state.text = document("two", { one, two: key() });
    state.now += 10_000;
    expect([...(await rings.having("two")).keys.keys()]).toEqual(["one", "two"]);
    expect(state.reads).toBe(2);
    // One that was never there is looked for once, and not again for a while.
    await rings.having("three");
    await rings.having("three");
    expect(state.reads).toBe(3);
  });

  it("are used on while the secret cannot be read, and without any that is said", async () => {
    const { state, rings } = secret(document("one", { one: key() }));
    await rings.get();
    state.broken = true;
    state.now += 300_000;
    expect((await rings.get()).current).toBe("one");
    const never = secret("");
    await expect(never.rings.get()).rejects.toMatchObject({ code: "CONNECTION_UNAVAILABLE" });
  });

  it.each(["", "{}", document("two", { one: key() }), document("one", { one: "short" })])(
    "are refused as %s, without repeating them",
    (text) => {
      expect(() => parseKeyRing(text)).toThrow(/^The secret of the connections' keys is not/);
      expect(() => parseKeyRing(text)).not.toThrow(/short/);
    },
  );
});
