import { createIdentifierBytes } from "../../identity/identifier.js";
import type { KvDriver, StoredEntry } from "../../kv/driver.js";
import { assert, assertEqual } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import {
  apply,
  commit,
  type KvCase,
  keyOf,
  range,
  read,
  readOne,
  remove,
  set,
  textOf,
} from "./case-context.js";

/** Attempts that no honest race needs. */
const patience = 5_000;

function driverOf(drivers: readonly KvDriver[], index: number): KvDriver {
  return drivers[index % drivers.length]!;
}

function checkOf(key: string, entry: StoredEntry | undefined) {
  return { key: keyOf(key), version: entry?.version ?? null };
}

/** Races for one key, on every kind of store. */
export const singleKeyConcurrencyCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "concurrency: no update is lost when many read, add one and commit with a check",
    async run(context) {
      const drivers = await context.spread();
      const increment = async (driver: KvDriver): Promise<void> => {
        for (let attempt = 0; ; attempt++) {
          assert(attempt < patience, "a commit is not refused for ever");
          const entry = await readOne(context, driver, keyOf("counter"));
          const next = Number(textOf(entry?.value) ?? 0) + 1;
          const result = await commit(context, driver, [set("counter", String(next))], {
            checks: [checkOf("counter", entry)],
          });
          if (result.ok) return;
          assertEqual(result.failed, [0], "the check that failed");
        }
      };
      await Promise.all(
        Array.from({ length: context.writers }, async (_, writer) => {
          for (let round = 0; round < context.rounds; round++) await increment(driverOf(drivers, writer));
        }),
      );
      const total = context.writers * context.rounds;
      assertEqual(
        textOf((await readOne(context, context.driver, keyOf("counter")))?.value),
        String(total),
        "every increment counts",
      );
    },
  },
  {
    name: "concurrency: of many who create one key, exactly one succeeds",
    async run(context) {
      const drivers = await context.spread();
      for (let round = 0; round < context.rounds; round++) {
        const key = `key-${round}`;
        const ids = Array.from({ length: context.writers }, () => createIdentifierBytes());
        const results = await Promise.all(
          ids.map((id, writer) =>
            commit(context, driverOf(drivers, writer), [set(key, String(writer))], {
              id,
              checks: [{ key: keyOf(key), version: null }],
            }),
          ),
        );
        const winners = results.flatMap((result, writer) => (result.ok ? [writer] : []));
        assertEqual(winners.length, 1, "one winner");
        const entry = await readOne(context, context.driver, keyOf(key));
        assertEqual(
          [textOf(entry?.value), entry?.version],
          [String(winners[0]), ids[winners[0]!]],
          "the entry is the winner's",
        );
      }
    },
  },
];

/** Races over several keys, on ordered stores. */
export const concurrencyCases: readonly ConformanceCase<KvCase>[] = [
  {
    name: "concurrency: no write skew: of two who check both keys and change one each, only one succeeds",
    async run(context) {
      const drivers = await context.spread();
      let both = 0;
      for (let round = 0; round < context.rounds * 4; round++) {
        const [a, b] = [`a-${round}`, `b-${round}`];
        const id = createIdentifierBytes();
        await apply(context, context.driver, [set(a, "on call"), set(b, "on call")], { id });
        const checks = [
          { key: keyOf(a), version: id },
          { key: keyOf(b), version: id },
        ];
        const results = await Promise.all([
          commit(context, driverOf(drivers, 0), [set(a, "off")], { checks }),
          commit(context, driverOf(drivers, 1), [set(b, "off")], { checks }),
        ]);
        if (results.every((result) => result.ok)) both++;
        assert(
          results.some((result) => result.ok),
          "one of two racing commits succeeds",
        );
      }
      assertEqual(both, 0, "rounds in which both succeeded, though each had checked what the other changed");
    },
  },
  {
    name: "concurrency: no write skew on absent keys: of two who check that both are absent, only one creates",
    async run(context) {
      const drivers = await context.spread();
      let both = 0;
      for (let round = 0; round < context.rounds * 4; round++) {
        const [a, b] = [`a-${round}`, `b-${round}`];
        const checks = [
          { key: keyOf(a), version: null },
          { key: keyOf(b), version: null },
        ];
        const results = await Promise.all([
          commit(context, driverOf(drivers, 0), [set(a, "1")], { checks }),
          commit(context, driverOf(drivers, 1), [set(b, "1")], { checks }),
        ]);
        if (results.every((result) => result.ok)) both++;
        assert(
          results.some((result) => result.ok),
          "one of two racing commits succeeds",
        );
      }
      assertEqual(both, 0, "rounds in which both succeeded, though each had checked what the other created");
    },
  },
  {
    name: "concurrency: transfers between accounts keep the sum, and every read sees one moment",
    async run(context) {
      const drivers = await context.spread();
      const accounts = ["p", "q", "r"];
      const keys = accounts.map(keyOf);
      await apply(
        context,
        context.driver,
        accounts.map((name) => set(name, "100")),
      );
      let writing = true;
      const sums = new Set<number>();
      const sum = (entries: readonly (StoredEntry | undefined)[]): number =>
        entries.reduce((total, entry) => total + Number(textOf(entry?.value)), 0);
      const watch = async (driver: KvDriver): Promise<void> => {
        while (writing) {
          sums.add(sum(await read(context, driver, keys)));
          sums.add(sum(await range(context, driver)));
          await new Promise((resolve) => setTimeout(resolve));
        }
      };
      const transfer = async (driver: KvDriver, step: number): Promise<void> => {
        for (let attempt = 0; ; attempt++) {
          assert(attempt < patience, "a commit is not refused for ever");
          const found = await read(context, driver, keys);
          const from = step % 3;
          const to = (step + 1) % 3;
          const amounts = found.map((entry) => Number(textOf(entry?.value)));
          const result = await commit(
            context,
            driver,
            [set(accounts[from]!, String(amounts[from]! - 1)), set(accounts[to]!, String(amounts[to]! + 1))],
            { checks: [from, to].map((index) => checkOf(accounts[index]!, found[index])) },
          );
          if (result.ok) return;
        }
      };
      const watching = drivers.map(watch);
      for (const each of watching) each.catch(() => {});
      await Promise.all(
        Array.from({ length: context.writers }, async (_, writer) => {
          for (let round = 0; round < context.rounds; round++)
            await transfer(driverOf(drivers, writer), writer + round);
        }),
      ).finally(() => {
        writing = false;
      });
      await Promise.all(watching);
      sums.add(sum(await read(context, context.driver, keys)));
      assertEqual([...sums], [300], "the sums that readers saw, by keys and by range");
    },
  },
  {
    name: "concurrency: commits that touch different keys all succeed",
    async run(context) {
      const drivers = await context.spread();
      const total = context.writers * context.rounds;
      const results = await Promise.all(
        Array.from({ length: total }, (_, index) => {
          const key = `key-${index}`;
          return commit(context, driverOf(drivers, index), [set(key, "1"), set(`${key}-b`, "1")], {
            checks: [{ key: keyOf(key), version: null }],
          });
        }),
      );
      assert(
        results.every((result) => result.ok),
        "nobody is refused for what another does elsewhere",
      );
      assertEqual((await range(context, context.driver)).length, total * 2, "all entries are there");
    },
  },
  {
    name: "concurrency: blind writes of the same keys are applied whole, one after the other",
    async run(context) {
      const drivers = await context.spread();
      const names = ["a", "b", "c", "d"];
      for (let round = 0; round < context.rounds; round++) {
        await Promise.all(
          Array.from({ length: context.writers }, (_, writer) => {
            const order = writer % 2 === 0 ? names : names.toReversed();
            const mutations =
              writer % 4 === 3 ? order.map(remove) : order.map((name) => set(name, String(writer)));
            return apply(context, driverOf(drivers, writer), mutations);
          }),
        );
        const found = await read(context, context.driver, names.map(keyOf));
        assertEqual(
          new Set(found.map((entry) => textOf(entry?.value))).size,
          1,
          "all keys are of one commit",
        );
      }
    },
  },
];
