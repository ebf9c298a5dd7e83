import { expect, test } from "vitest";
import { captureEnvironment } from "../environment.js";
import { git, temporaryRepository } from "../test-support/temporary-repository.js";
import { withoutCredentials } from "./remote.js";

test.each([
  ["https://github.com/acme/credit.git", "https://github.com/acme/credit.git"],
  ["https://ghp_abcdef@github.com/acme/credit.git", "https://github.com/acme/credit.git"],
  ["https://user:pa@ss@github.com:8443/acme/credit", "https://github.com:8443/acme/credit"],
  ["https://github.com/acme/credit.git?token=abc#x", "https://github.com/acme/credit.git"],
  ["ssh://git@github.com:22/acme/credit.git", "ssh://git@github.com:22/acme/credit.git"],
  ["ssh://git:secret@github.com/acme/credit.git", "ssh://git@github.com/acme/credit.git"],
  ["git@github.com:acme/credit.git", "git@github.com:acme/credit.git"],
  ["ext::sh -c 'connect --password x' %S", undefined],
])("%s is captured as %s", (address, expected) => {
  expect(withoutCredentials(address)).toBe(expected);
});

test("the remote of the branch comes before origin, and origin before others", async () => {
  const directory = temporaryRepository();
  const remote = async () => (await captureEnvironment({ directory })).git?.repository;
  git(directory, "remote", "add", "fork", "https://token@example.com/fork.git");
  expect(await remote()).toBe("https://example.com/fork.git");
  git(directory, "remote", "add", "origin", "https://example.com/origin.git");
  expect(await remote()).toBe("https://example.com/origin.git");
  git(directory, "config", "branch.main.remote", "fork");
  expect(await remote()).toBe("https://example.com/fork.git");
});

test("comments, quotes and other sections of the configuration do not confuse it", async () => {
  const directory = temporaryRepository();
  git(directory, "config", "--add", 'remote.a "b\\.url', "https://example.com/a#b;c");
  git(directory, "config", "url.https://example.com/.insteadOf", "x:");
  expect((await captureEnvironment({ directory })).git?.repository).toBe("https://example.com/a");
});
