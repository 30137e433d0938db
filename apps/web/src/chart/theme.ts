import { useEffect, useState } from 'preact/hooks';

/** Paper has the light colours, also of a page that is dark. */
const CHANGES = ['(prefers-color-scheme: dark)', 'print'];

/** Colours of the style sheet that a canvas needs to know. */
export interface Theme {
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly surface: string;
}

/** The theme of the system's setting or of paper, also after it changes. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    const queries = CHANGES.map((query) => matchMedia(query));
    const changed = () => setTheme(readTheme());
    for (const query of queries) query.addEventListener('change', changed);
    return () => queries.forEach((query) => query.removeEventListener('change', changed));
  }, []);
  return theme;
}

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return { text: read('--text'), faint: read('--faint'), line: read('--line'), surface: read('--surface') };
}
