import { wrongIsolation } from "./errors.js";
import type { PostgresNames } from "./names.js";

/** The table of a store. Bytes sort as they compare, whatever the collation of the database is. */
export function tableSql(names: PostgresNames): string {
  return `
    CREATE TABLE ${names.table} (
      key bytea PRIMARY KEY,
      value bytea NOT NULL,
      version bytea NOT NULL,
      expires_at bigint,
      "order" bytea
    );
    CREATE INDEX "${names.tableName}_deadlines" ON ${names.table} (expires_at) WHERE expires_at IS NOT NULL;
  `;
}

/**
 * One commit, as one call: nothing is held between round trips, and a client that dies leaves no lock.
 *
 * Two commits that touch a key of each other's exclude each other by advisory locks, taken in one order, until the end
 * of the transaction, which is after its rows are visible. Each statement after that sees what was committed before it
 * (READ COMMITTED, VOLATILE), so checks are not made against an old snapshot. A key that is only checked is locked
 * for sharing. A commit of very many keys locks the store as a whole instead, because the server has room for few
 * locks. An append locks the counter of its log, so a later sequence is never visible before an earlier one.
 *
 * Plans are kept from the first calls, when the table is small, so scans of the whole table are ruled out.
 *
 * Returns `0;failed`, or `1;counters in hexadecimal;positions of stale ones`.
 */
export function commitFunctionSql(names: PostgresNames): string {
  const insert = `INSERT INTO ${names.table} AS held (key, value, version, expires_at, "order")`;
  const update = `ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
        expires_at = excluded.expires_at, "order" = excluded."order"`;
  // The bits of the float64 of the next whole number: one unit is 2^(52 − exponent) steps. The sign bit is set.
  const bits = `('x' || encode(substr(held.value, 2, 8), 'hex'))::bit(64)::bigint`;
  const next = `'\\x03'::bytea || int8send(${bits} + (1::bigint << (1075 - ((${bits} >> 52) & 2047))::integer))`;
  return `
CREATE OR REPLACE FUNCTION ${names.commitFunction}(
  commit_id bytea, commit_time bigint, whole_store boolean, lock_keys integer[], lock_shared boolean[],
  check_keys bytea[], check_versions bytea[],
  set_keys bytea[], set_values bytea[], set_versions bytea[], set_deadlines bigint[], set_orders bytea[],
  delete_keys bytea[],
  newer_keys bytea[], newer_values bytea[], newer_orders bytea[], newer_deadlines bigint[],
  append_logs bytea[], append_values bytea[], append_deadlines bigint[],
  hints integer[], sweep integer
) RETURNS text LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $commit$
DECLARE
  failed text;
  counters text[] := '{}';
  counter bytea;
  stale text;
  watched text[] := '{}';
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION USING ERRCODE = '${wrongIsolation}', MESSAGE = current_setting('transaction_isolation');
  END IF;

  IF whole_store THEN
    PERFORM pg_advisory_xact_lock(${names.commitLocks}, 0);
  ELSE
    PERFORM pg_advisory_xact_lock_shared(${names.commitLocks}, 0);
    FOR i IN 1 .. cardinality(lock_keys) LOOP
      IF lock_shared[i] THEN
        PERFORM pg_advisory_xact_lock_shared(${names.commitLocks}, lock_keys[i]);
      ELSE
        PERFORM pg_advisory_xact_lock(${names.commitLocks}, lock_keys[i]);
      END IF;
    END LOOP;
  END IF;

  IF cardinality(check_keys) > 0 THEN
    SELECT string_agg((checked.position - 1)::text, ',' ORDER BY checked.position) INTO failed
    FROM unnest(check_keys, check_versions) WITH ORDINALITY AS checked(key, version, position)
    WHERE (SELECT held.version FROM ${names.table} AS held
           WHERE held.key = checked.key AND (held.expires_at IS NULL OR held.expires_at > commit_time))
          IS DISTINCT FROM checked.version;
    IF failed IS NOT NULL THEN RETURN '0;' || failed; END IF;
  END IF;

  IF cardinality(set_keys) > 0 THEN
    ${insert}
    SELECT given.key, given.value, coalesce(given.version, commit_id), given.expires_at, given."order"
    FROM unnest(set_keys, set_values, set_versions, set_deadlines, set_orders)
      AS given(key, value, version, expires_at, "order")
    ${update};
  END IF;

  IF cardinality(delete_keys) > 0 THEN
    DELETE FROM ${names.table} AS held WHERE held.key = ANY (delete_keys);
  END IF;

  IF cardinality(newer_keys) > 0 THEN
    WITH written AS (
      ${insert}
      SELECT given.key, given.value, commit_id, given.expires_at, given."order"
      FROM unnest(newer_keys, newer_values, newer_deadlines, newer_orders) AS given(key, value, expires_at, "order")
      ${update}
      WHERE held."order" IS NULL OR held."order" <= excluded."order" OR held.expires_at <= commit_time
      RETURNING held.key
    )
    SELECT string_agg((given.position - 1)::text, ',' ORDER BY given.position) INTO stale
    FROM unnest(newer_keys) WITH ORDINALITY AS given(key, position)
    WHERE NOT EXISTS (SELECT FROM written WHERE written.key = given.key);
  END IF;

  FOR i IN 1 .. cardinality(append_logs) LOOP
    ${insert}
    VALUES ('\\xfe'::bytea || append_logs[i], '\\x03bff0000000000000'::bytea, commit_id, NULL, NULL)
    ON CONFLICT (key) DO UPDATE SET value = ${next}, version = excluded.version
    RETURNING held.value INTO counter;
    ${insert}
    VALUES (append_logs[i] || counter, append_values[i], commit_id, append_deadlines[i], NULL)
    ${update};
    counters := counters || encode(counter, 'hex');
  END LOOP;

  IF sweep > 0 THEN
    DELETE FROM ${names.table} AS held WHERE held.key IN (
      SELECT due.key FROM ${names.table} AS due WHERE due.expires_at <= commit_time - 60000000
      LIMIT sweep FOR UPDATE SKIP LOCKED
    );
  END IF;

  -- A watcher holds a shared lock on the hash of each key that it watches.
  IF hints IS NULL THEN
    PERFORM pg_notify('${names.channel}', '');
  ELSE
    FOR i IN 1 .. cardinality(hints) LOOP
      IF pg_try_advisory_lock(${names.watchLocks}, hints[i]) THEN
        PERFORM pg_advisory_unlock(${names.watchLocks}, hints[i]);
      ELSE
        watched := watched || hints[i]::text;
      END IF;
    END LOOP;
    IF cardinality(watched) > 0 THEN
      PERFORM pg_notify('${names.channel}', array_to_string(hints, ','));
    END IF;
  END IF;

  RETURN '1;' || array_to_string(counters, ',') || ';' || coalesce(stale, '');
END
$commit$;
`;
}
