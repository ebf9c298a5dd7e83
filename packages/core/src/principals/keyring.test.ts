import { expect, test } from "vitest";
import { createKeyring } from "./keyring.js";

test("the last secret of a name is the current one, and each is found by its id", async () => {
  const [old, recent] = [
    { id: "2025", bytes: Uint8Array.of(1) },
    { id: "2026", bytes: Uint8Array.of(2) },
  ];
  const keyring = createKeyring({ webhooks: [old, recent] });
  expect(await keyring.current("webhooks")).toBe(recent);
  expect(await keyring.byId("webhooks", "2025")).toBe(old);
  expect([await keyring.current("other"), await keyring.byId("webhooks", "2024")]).toEqual([
    undefined,
    undefined,
  ]);
});

test.each(["constructor", "toString", "__proto__"])(
  "there is no secret %s that was not given",
  async (name) => {
    const keyring = createKeyring({});
    expect([await keyring.current(name), await keyring.byId(name, "1")]).toEqual([undefined, undefined]);
  },
);
