import type { ComponentChildren } from 'preact';

interface TableCardProps {
  readonly title: string;
  readonly note: ComponentChildren;
  /** A heading of figures is on the right, as they are. */
  readonly headings: readonly (readonly [title: string, kind?: 'number'])[];
  /** The rows. */
  readonly children: ComponentChildren;
}

/** A small table of the first screen. */
export function TableCard({ title, note, headings, children }: TableCardProps) {
  return (
    <section class="card">
      <h2>{title}</h2>
      <p class="faint">{note}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              {headings.map(([heading, kind]) => (
                <th key={heading} scope="col" class={kind}>
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}
