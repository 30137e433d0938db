/** Waits until the condition holds. @throws after five minutes. */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 300_000;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error('waited for five minutes in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
