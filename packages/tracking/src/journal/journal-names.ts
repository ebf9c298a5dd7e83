import { createIdentifierHex, digestOf } from "@millwright/core";

/** Journals are not divided by namespace, so their names carry it: its digest, since a name of a file cannot hold every name. */
function prefixOf(namespace: string): string {
  return `tracking.${digestOf(namespace).slice("sha256:".length, "sha256:".length + 16)}.`;
}

/** The name of a new journal. */
export function newJournalName(namespace: string): string {
  return `${prefixOf(namespace)}${createIdentifierHex()}`;
}

/** Whether a journal holds operations of a namespace. */
export function isJournalOf(namespace: string, name: string): boolean {
  return name.startsWith(prefixOf(namespace));
}
