import type { ComponentChildren } from 'preact';

export interface Heading {
  /** In the URL. */
  readonly key: string;
  readonly title: string;
  readonly numeric?: boolean;
  /** Left out where there is no room. */
  readonly wide?: boolean;
}

/** A table whose columns sort by their heading; `-key` sorts the highest first. */
export function SortTable({ headings, sort, onSort, caption, foot, children }: SortTableProps) {
  const [key, down] = sort.startsWith('-') ? [sort.slice(1), true] : [sort, false];
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {headings.map((heading) => {
              const current = heading.key === key;
              const next = current ? (down ? key : `-${key}`) : heading.numeric ? `-${heading.key}` : heading.key;
              return (
                <th
                  key={heading.key}
                  scope="col"
                  class={[heading.numeric && 'number', heading.wide && 'wide'].filter(Boolean).join(' ')}
                  aria-sort={current ? (down ? 'descending' : 'ascending') : undefined}
                >
                  <button type="button" class="plain" onClick={() => onSort(next)}>
                    {heading.title}
                    <span aria-hidden="true">{current ? (down ? ' ↓' : ' ↑') : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
        {foot && <tfoot>{foot}</tfoot>}
      </table>
    </div>
  );
}

interface SortTableProps {
  readonly headings: readonly Heading[];
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly caption: string;
  readonly foot?: ComponentChildren;
  readonly children: ComponentChildren;
}
