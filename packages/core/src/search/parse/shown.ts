/** What of a text is shown in a message. */
const shownCharacters = 40;

/**
 * A piece of what somebody wrote, as a message shows it: its beginning, and instead of what cannot be seen, or steers a terminal, or is no
 * character by itself (controls, marks of direction, halves of surrogate pairs), its code: `\u{1b}`.
 */
export function shown(written: string): string {
  const characters = [...written.slice(0, 2 * (shownCharacters + 1))];
  const text = characters.slice(0, shownCharacters).join("");
  const visible = text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return characters.length > shownCharacters ? `${visible}…` : visible;
}
