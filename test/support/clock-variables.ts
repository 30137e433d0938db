/** What a child process needs to have the clock that these tests were started with by scripts/test-at.sh. */
export function clockVariables(): Record<string, string> {
  const { LD_PRELOAD, FAKETIME } = process.env;
  return FAKETIME && LD_PRELOAD ? { LD_PRELOAD, FAKETIME } : {};
}
