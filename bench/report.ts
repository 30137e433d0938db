/** Prints what was measured as Markdown, as docs/performance.md keeps it. */
export class Report {
  section(title: string): void {
    console.log(`\n## ${title}\n`);
  }

  note(text: string): void {
    console.log(`${text}\n`);
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const lines = [head, head.map(() => '---'), ...rows];
    console.log(`${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);
  }

  /** Milliseconds by name, before and after. */
  compare(title: string, ratio: string, before: Record<string, number>, after: Record<string, number>): void {
    const rows = Object.entries(before).map(([name, ms]) => [
      name,
      formatMs(ms),
      formatMs(after[name]!),
      (after[name]! / ms).toFixed(2),
    ]);
    this.table([title, 'before', 'after', ratio], rows);
  }

  /** What is under way, on standard error: no part of the result. */
  progress(text: string): void {
    console.error(`… ${text}`);
  }
}

/** `12.3 ms`, `4.56 s`. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 2 : 1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes.toFixed(0)} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return bytes < 1024 ** 3 ? `${(bytes / 1024 ** 2).toFixed(1)} MiB` : `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}

/** `1,234`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
