import { useEffect, useState } from 'preact/hooks';

const DARK = '(prefers-color-scheme: dark)';

/** Colours of the style sheet that a canvas needs to know. */
export interface Theme {
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly surface: string;
}

/** The theme of the system's setting, also after it changes. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    const query = matchMedia(DARK);
    const changed = () => setTheme(readTheme());
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return theme;
}

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return { text: read('--text'), faint: read('--faint'), line: read('--line'), surface: read('--surface') };
}
