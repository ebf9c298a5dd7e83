const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * The contents of all elements of a name, in order. It reads the answers of S3, whose elements of interest have no
 * attributes and never nest in themselves; it is no XML parser.
 */
export function elementsOf(xml: string, name: string): string[] {
  const open = `<${name}>`;
  const close = `</${name}>`;
  const contents: string[] = [];
  for (let start = xml.indexOf(open); start !== -1; start = xml.indexOf(open, start)) {
    const end = xml.indexOf(close, start);
    if (end === -1) break;
    contents.push(xml.slice(start + open.length, end));
    start = end + close.length;
  }
  return contents;
}

/** The text of the first element of a name, without its escapes; `undefined` if there is none. */
export function textOf(xml: string, name: string): string | undefined {
  const content = elementsOf(xml, name)[0];
  return content?.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (written, hex, decimal, entity) => {
    if (hex !== undefined) return characterOf(Number.parseInt(hex, 16), written);
    if (decimal !== undefined) return characterOf(Number(decimal), written);
    return entities[entity] ?? written;
  });
}

function characterOf(codePoint: number, written: string): string {
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : written;
}

/** Text as the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) =>
    character === "&" ? "&amp;" : character === "<" ? "&lt;" : "&gt;",
  );
}
