const MOST_CHARACTERS = 500;
const CUT = ' … ';
/** What is kept of a longer text: its beginning, and its end, where our own sentences name the remedy. */
const TAIL_CHARACTERS = 147;
const HEAD_CHARACTERS = MOST_CHARACTERS - CUT.length - TAIL_CHARACTERS;

/** What moves the cursor, ends a line, reverses the direction of writing, or is not to be seen; and half surrogate pairs. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text that holds others' words (errors, names, values), as one line of at most 500 characters that can be shown and
 * stored: without this, a server's error forges lines of the log, and clears or reorders what a terminal shows.
 */
export function harmless(text: string): string {
  // What is cut below need not be escaped: a text may have millions of characters.
  return shorten(
    shorten(text, 2 * MOST_CHARACTERS, MOST_CHARACTERS).replace(HARMFUL, escape),
    HEAD_CHARACTERS,
    TAIL_CHARACTERS,
  );
}

function shorten(text: string, head: number, tail: number): string {
  if (text.length <= head + CUT.length + tail) return text;
  return text.slice(0, head).replace(/[\ud800-\udbff]$/, '') + CUT + text.slice(-tail).replace(/^[\udc00-\udfff]/, '');
}

function escape(character: string): string {
  return SHORT_ESCAPES[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
