/** Waits until the condition holds. @throws after a time that is generous for all that is waited for. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, limitMs = 300_000): Promise<void> {
  const deadlineMs = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`waited for ${limitMs} ms in vain`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
