const ends = new Set<() => Promise<void>>();

/**
 * What ends something that a test file has started, once: when it is called, else after the file's last test, the newest first.
 */
export function atEnd(end: () => unknown): () => Promise<void> {
  const once = async () => {
    if (ends.delete(once)) await end();
  };
  ends.add(once);
  return once;
}

// The servers that all files share are started where there are no tests.
if (typeof afterAll === 'function') {
  afterAll(async () => {
    for (const end of [...ends].toReversed()) await end();
  });
}
