import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { captureArguments, maskSecrets } from "./mask-secrets.js";
import { secretStream } from "./secrets/secret-stream.js";

const environment = {};
const mask = (text: string): string => maskSecrets(text, { environment });
/** Put together here, so that nobody's scanner takes it for a secret that was published. */
const token = (prefix: string, length = 36): string => prefix + "aB3".repeat(length).slice(0, length);

describe("what is masked", () => {
  test.each([
    ["authorization: Bearer abc.def", "authorization: Bearer ***"],
    ["-H 'Authorization: Basic dXNlcjpwYXNz'", "-H 'Authorization: Basic ***'"],
    ['{"authorization":"Bearer abc"}', '{"authorization":"Bearer ***"}'],
    ["Authorization: Digest username=u, response=6629", "Authorization: Digest ***"],
    ["Cookie: session=abc; theme=dark", "Cookie: ***"],
    ["use bearer 0123456789abcdef here", "use bearer *** here"],
    [`key ${token("AKIA", 0)}${"ABCD".repeat(4)} used`, "key *** used"],
    ["aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = ***"],
    [token("ghp_"), "***"],
    [token("github_pat_"), "***"],
    [`${token("glpat-")}.`, "***."],
    [token("xoxb-"), "***"],
    [`https://hooks.slack.com/services/T00/B00/${token("", 20)}`, "https://hooks.slack.com/services/***"],
    [token("sk-"), "***"],
    [token("sk-proj-"), "***"],
    [token("sk_live_"), "***"],
    [token("hf_"), "***"],
    [token("npm_"), "***"],
    [token("AIza", 35), "***"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "***"],
    ["postgres://ml:hunter2@db:5432/credit", "postgres://ml:***@db:5432/credit"],
    ["redis://:p@ss@cache/0", "redis://:***@cache/0"],
    [`https://${token("", 24)}@github.com/a/b`, "https://***@github.com/a/b"],
    [
      "https://b.s3.amazonaws.com/k?X-Amz-Signature=0123456789ab&x=1",
      "https://b.s3.amazonaws.com/k?X-Amz-Signature=***&x=1",
    ],
    ["train --password hunter2 --epochs 3", "train --password *** --epochs 3"],
    ["train --db-password=hunter2 --epochs 3", "train --db-password=*** --epochs 3"],
    ["train --api-key 'a b' x", "train --api-key '***' x"],
    ["[ '--password', 'hunter2' ]", "[ '--password', '***' ]"],
    ["PASSWORD=hunter2", "PASSWORD=***"],
    ["export DB_PASS='hunter2'; run", "export DB_PASS='***'; run"],
    ['{"user":"u","apiKey":"a\\"b","port":1}', '{"user":"u","apiKey":"***","port":1}'],
    ["clientSecret: 's3cr3t',", "clientSecret: '***',"],
    ['password: "unterminated', "password: ***"],
    ["config=PASSWORD=hunter2", "config=PASSWORD=***"],
    ["a=b&password=hunter2&c=d", "a=b&password=***&c=d"],
    [
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx",
      "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nx",
    ],
    ["-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----***"],
  ])("%j becomes %j", (text, expected) => {
    expect(mask(text)).toBe(expected);
  });

  test("values of environment variables whose names say so, of 8 characters or more, wherever they stand", () => {
    const variables = {
      MY_TOKEN: "correct-horse",
      WANDB_API_KEY: "correct-horse-battery",
      CUSTOM_KEY: "first line of it\nsecond line of it",
      SHORT_SECRET: "abc",
      HOME_TOWN: "Springfield",
      PWD: "/srv/ml/project",
      ABSENT_TOKEN: undefined,
    };
    const text = "xcorrect-horse-batteryx correct-horse second line of it abc Springfield /srv/ml/project";
    expect(maskSecrets(text, { environment: variables })).toBe(
      "x***x *** *** abc Springfield /srv/ml/project",
    );
  });

  test("those of this process, if nothing else is said", () => {
    vi.stubEnv("MILLWRIGHT_TEST_TOKEN", "correct-horse");
    try {
      expect(maskSecrets("a correct-horse")).toBe("a ***");
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("what is left as it is", () => {
  test.each([
    "epoch 3: loss=0.25 accuracy: 0.91",
    "tokens: 512, token: 7, max_token=100000000, pad_token=<pad> eos_token: '</s>'",
    "tokens_per_second=1234.5 token_count=12345678",
    "password_length=12 secret_name: database",
    "password: null, apiKey: undefined, secret=***",
    "sort_key=created_at primary_key: identifier",
    "loaded sk-learn pipeline, sk_model_random_forest_classifier_v2, glove-wiki-gigaword-300-embeddings",
    "hf_hub_download_of_local_directory_path npm_config_registry",
    "the bearer of this message",
    "https://user@example.com/a:b@c git@github.com:acme/credit.git",
    "--tokenizer gpt2-medium --token-limit 1000",
    "a:b=c",
  ])("%j", (text) => {
    expect(mask(text)).toBe(text);
  });

  test("text that is masked already", () => {
    const words = fc.constantFrom(
      "password",
      "=",
      ": ",
      " ",
      "--token",
      "hunter2x",
      "Bearer ",
      '"',
      "'",
      "://u:",
      "@",
      "\n",
      "***",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        const once = mask(parts.join(""));
        expect(mask(once).includes("hunter2x")).toBe(once.includes("hunter2x"));
      }),
    );
  });
});

test("hostile text is masked in time that grows with its length", () => {
  const hostile = [
    "eyJ-",
    "://a:",
    "password=",
    '"',
    "a=",
    "-----BEGIN PRIVATE KEY-----",
    "SG.",
    "sk-",
    "authorization:",
    "a.",
    "-",
    'token:"\\',
    "?key=",
  ];
  for (const piece of hostile) {
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    expect(typeof mask(text)).toBe("string");
  }
});

describe("a text in pieces", () => {
  const secrets = [
    token("ghp_"),
    "password=hunter2",
    "--api-key abcdefgh",
    "postgres://ml:hunter2@db/x",
    "Authorization: Bearer abcdefgh1",
    "-----BEGIN PRIVATE KEY-----\nMIIEabc\nMIIEdef\n-----END PRIVATE KEY-----",
    "correct-horse",
  ];
  const values = ["correct-horse"];
  const whole = (text: string): string => maskSecrets(text, { environment: { MY_TOKEN: "correct-horse" } });
  const streamed = (pieces: readonly string[]): string => {
    const stream = secretStream(values);
    return pieces.map((piece) => stream.push(piece)).join("") + stream.flush();
  };
  const cut = (text: string, places: readonly number[]): string[] => {
    const sorted = [
      0,
      ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b),
      text.length,
    ];
    return sorted.slice(1).map((place, index) => text.slice(sorted[index], place));
  };

  test("is masked as the whole text is, wherever it is cut", () => {
    const part = fc.oneof(fc.constantFrom(...secrets), fc.constantFrom("loss 0.5", "\n", " ", "\r\n", "äöü"));
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 10 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (parts, places) => {
          const text = parts.join(" ");
          expect(streamed(cut(text, places))).toBe(whole(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("lines are given as soon as they are whole", () => {
    const stream = secretStream([]);
    expect(stream.push("epoch 1\nepo")).toBe("epoch 1\n");
    expect(stream.push("ch 2")).toBe("");
    expect(stream.push("\r")).toBe("epoch 2\r");
    expect(stream.flush()).toBe("");
  });

  test("a line without an end is given in parts, and a secret anywhere in it is masked", () => {
    fc.assert(
      fc.property(fc.nat({ max: 150_000 }), fc.integer({ min: 1, max: 40_000 }), (place, size) => {
        const text = `${"x ".repeat(75_000).slice(0, place)} --password hunter2 ${"y ".repeat(40_000)}`;
        const pieces = text.match(new RegExp(`.{1,${size}}`, "g"))!;
        const stream = secretStream([]);
        let given = "";
        for (const piece of pieces) given += stream.push(piece);
        given += stream.flush();
        expect(given).toBe(text.replace("hunter2", "***"));
      }),
      { numRuns: 30 },
    );
  });

  test("a long line does not wait for its end", () => {
    const stream = secretStream([]);
    expect(stream.push("x ".repeat(40_000)).length).toBeGreaterThan(60_000);
    // One word that might all be a secret is not kept for ever either.
    expect(secretStream([]).push(`Bearer ${"x1".repeat(50_000)}`)).toBe("Bearer ***");
  });
});

describe("arguments", () => {
  const capture = (...argv: string[]): string[] => captureArguments(argv, { environment });

  test("are given as they are, but for secrets", () => {
    expect(capture("--epochs", "3", "--password", "hunter2", "--name=x y", "-v")).toEqual([
      "--epochs",
      "3",
      "--password",
      "***",
      "--name=x y",
      "-v",
    ]);
    expect(
      capture("--api-key=a b", "TOKEN=x", "postgres://a:b@c/d", "--token", "--verbose", "--token", "-"),
    ).toEqual([
      "--api-key=***",
      "TOKEN=***",
      "postgres://a:***@c/d",
      "--token",
      "--verbose",
      "--token",
      "***",
    ]);
    expect(capture("-H", "Authorization: Bearer abc")).toEqual(["-H", "Authorization: Bearer ***"]);
  });

  test("are those of this process by default", () => {
    const argv = process.argv;
    process.argv = ["node", "train.js", "--secret", "x"];
    try {
      expect(captureArguments()).toEqual(["--secret", "***"]);
    } finally {
      process.argv = argv;
    }
  });

  test("what is none is refused, and so is a text that is none", () => {
    expect(() => captureArguments("x" as never)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    expect(() => captureArguments([1] as never)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    expect(() => maskSecrets(undefined as never)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});
